"""Values written and read by Confluent's Python serializers, for schemaPython.test.ts.

    schemaPython.py write REGISTRY_URL PREFIX   a line of JSON for each value: topic, hex, and for Protobuf Google's own JSON of it
    schemaPython.py read REGISTRY_URL           reads lines of {"topic", "hex"}, prints Python's repr of each Avro value
"""

import json
import sys
import tempfile
import uuid
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

AVRO = {
    "type": "record",
    "name": "Everything",
    "namespace": "kw.python",
    "fields": [
        {"name": "l", "type": "long"},
        {"name": "d", "type": "double"},
        {"name": "f", "type": "float"},
        {"name": "s", "type": "string"},
        {"name": "b", "type": "bytes"},
        {"name": "x", "type": {"type": "fixed", "name": "F", "size": 3}},
        {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}},
        {"name": "a", "type": {"type": "array", "items": "int"}},
        {"name": "m", "type": {"type": "map", "values": ["null", "string"]}},
        {"name": "u", "type": ["null", "Everything"]},
        {"name": "dec", "type": {"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 6}},
        {"name": "date", "type": {"type": "int", "logicalType": "date"}},
        {"name": "tm", "type": {"type": "int", "logicalType": "time-millis"}},
        {"name": "tu", "type": {"type": "long", "logicalType": "time-micros"}},
        {"name": "ts", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "tsu", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "lts", "type": {"type": "long", "logicalType": "local-timestamp-micros"}},
        {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
    ],
}


def everything(inner):
    return {
        "l": 9007199254740993,
        "d": 0.1,
        "f": 0.25,
        "s": 'é"\n😀',
        "b": b"\x00\xff",
        "x": b"abc",
        "e": "B",
        "a": [1, -2],
        "m": {"k": None, "j": "v"},
        "u": inner,
        "dec": Decimal("-12345678901234567890.123456"),
        "date": date(2024, 2, 29),
        "tm": time(23, 59, 59, 999000),
        "tu": time(0, 0, 0, 1),
        "ts": datetime(1969, 12, 31, 23, 59, 59, 999000, timezone.utc),
        "tsu": datetime(2024, 1, 31, 12, 34, 56, 789012, timezone.utc),
        "lts": datetime(2024, 1, 31, 12, 34, 56, 789012),
        "id": uuid.UUID(int=1),
    }


PROTO_COMMON = """
syntax = "proto3";
package kwpy.common;
message Money { int64 units = 1; sint32 nanos = 2; }
"""
PROTO_MAIN = """
syntax = "proto3";
package kwpy;
import "kwpy_common.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/any.proto";
message First { string only_one = 1; }
message Second {
  message Inner { uint64 big_number = 1; First first = 2; }
  enum Kind { NONE = 0; SOME = 7; }
  int64 id = 1;
  common.Money price = 2;
  google.protobuf.Timestamp at = 3;
  google.protobuf.Duration took = 4;
  google.protobuf.Int64Value wrapped = 5;
  google.protobuf.Struct free = 6;
  google.protobuf.Any any = 7;
  map<string, Inner> inners = 8;
  repeated Kind kinds = 9;
  oneof way { string by_name = 10; bytes by_bytes = 11; }
  repeated double ratios = 12;
  optional int32 maybe = 13;
  fixed64 fx = 14;
  float fl = 15;
  map<bool, int32> flags = 16;
  message Late { string snake_case = 1 [json_name = "CamelCase"]; Inner inner = 2; }
}
"""


def compiled():
    import grpc_tools
    from grpc_tools import protoc

    with tempfile.TemporaryDirectory(prefix="kw-schema-") as folder:
        (Path(folder) / "kwpy_common.proto").write_text(PROTO_COMMON, "utf-8")
        (Path(folder) / "kwpy_main.proto").write_text(PROTO_MAIN, "utf-8")
        includes = [f"-I{folder}", f"-I{Path(grpc_tools.__file__).parent / '_proto'}"]
        for file in ("kwpy_common.proto", "kwpy_main.proto"):
            if protoc.main(["protoc", *includes, f"--python_out={folder}", file]) != 0:
                sys.exit(f"{file} could not be compiled")
        sys.path.insert(0, folder)
        return __import__("kwpy_main_pb2")


def line(topic, payload, expected=None):
    print(json.dumps({"topic": topic, "hex": payload.hex(), "json": expected}), flush=True)


def write(url, prefix):
    registry = SchemaRegistryClient({"url": url})

    topic = f"{prefix}-py-avro"
    serialize = AvroSerializer(registry, json.dumps(AVRO))
    line(topic, serialize(everything(everything(None)), SerializationContext(topic, MessageField.VALUE)))

    topic = f"{prefix}-py-json"
    schema = '{"type":"object","title":"kwpy","properties":{"id":{"type":"integer"}}}'
    serialize = JSONSerializer(schema, registry)
    line(topic, serialize({"id": 12345678901234567890}, SerializationContext(topic, MessageField.VALUE)))

    from google.protobuf import json_format

    module = compiled()
    second = module.Second(
        id=-(2**63),
        kinds=[0, 7, 9],
        by_bytes=b"\xfb\xff",
        ratios=[0.1, float("nan"), float("-inf"), 1e300],
        maybe=0,
        fx=2**64 - 1,
        fl=0.1,
    )
    second.price.units = 2**53 + 1
    second.price.nanos = -5
    second.at.FromJsonString("2024-01-31T12:34:56.789012345Z")
    second.took.FromJsonString("-3.000001s")
    second.wrapped.value = 0
    second.free.update({"a": [1.5, None, True, {"b": "é"}], "c": ""})
    second.any.Pack(module.First(only_one="packed"))
    second.inners["x"].big_number = 2**64 - 1
    second.inners["y"].first.only_one = "z"
    second.flags[True] = 1
    for name, message in [
        ("second", second),
        ("first", module.First(only_one="1")),
        ("inner", module.Second.Inner(big_number=2**60)),
        ("late", module.Second.Late(snake_case="x", inner=module.Second.Inner())),
        ("empty", module.Second()),
    ]:
        topic = f"{prefix}-py-proto-{name}"
        serialize = ProtobufSerializer(type(message), registry, {"use.deprecated.format": False})
        payload = serialize(message, SerializationContext(topic, MessageField.VALUE))
        line(topic, payload, json_format.MessageToJson(message))


def read(url):
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": url}))
    for text in sys.stdin:
        given = json.loads(text)
        value = deserialize(bytes.fromhex(given["hex"]), SerializationContext(given["topic"], MessageField.VALUE))
        print(json.dumps(value == everything(everything(None))), flush=True)


if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3])
else:
    read(sys.argv[2])
