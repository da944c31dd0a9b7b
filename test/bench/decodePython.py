"""How fast Confluent's Python deserializers are, for decode.ts.

Reads JSON from a file: {"seconds", "rounds", "cases": [{"name", "type", "schema", "payloads": [hex]}]}, the schemas in the order of their ids. Prints
{name: [seconds per message of each round]}. The registry is the client's own mock, which counts ids up from 1.
"""

import base64
import json
import sys
import tempfile
from pathlib import Path
from time import process_time

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc


def compiled(schema):
    """The descriptor of a .proto file."""
    with tempfile.TemporaryDirectory(prefix="kw-proto-") as folder:
        (Path(folder) / "x.proto").write_text(schema, "utf-8")
        out = Path(folder) / "set"
        if protoc.main(["protoc", f"-I{folder}", f"--descriptor_set_out={out}", "x.proto"]) != 0:
            sys.exit(f"this could not be compiled:\n{schema}")
        return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file[0]


def message_class(schema):
    pool = descriptor_pool.DescriptorPool()
    pool.Add(compiled(schema))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("Order"))


def registered(case):
    """A schema as this client asks the registry for it: a .proto file in its serialized form."""
    if case["type"] != "PROTOBUF":
        return Schema(case["schema"], case["type"])
    return Schema(base64.b64encode(compiled(case["schema"]).SerializeToString()).decode(), "PROTOBUF")


def deserializer(case):
    kind, schema = case["type"], case["schema"]
    if kind == "AVRO":
        return AvroDeserializer(registry)
    if kind == "PROTOBUF":
        return ProtobufDeserializer(message_class(schema), {"use.deprecated.format": False}, registry)
    return JSONDeserializer(schema, schema_registry_client=registry)


given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
registry = SchemaRegistryClient.new_client({"url": "mock://bench"})
contenders = []
for number, case in enumerate(given["cases"], 1):
    known = registry.register_schema(f"bench-{number}-value", registered(case))
    if known != number:
        sys.exit(f"the registry gave the id {known} to schema {number}")
    payloads = [bytes.fromhex(digits) for digits in case["payloads"]]
    contenders.append((case["name"], deserializer(case), payloads))

context = SerializationContext("bench", MessageField.VALUE)
times = {name: [] for name, _, _ in contenders}
for _ in range(given["rounds"]):
    for name, read, payloads in contenders:
        read(payloads[0], context)
        start = process_time()
        count = 0
        while True:
            for payload in payloads:
                read(payload, context)
            count += len(payloads)
            spent = process_time() - start
            if spent >= given["seconds"]:
                break
        times[name].append(spent / count)
print("TIMES " + json.dumps(times))
