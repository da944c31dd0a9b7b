"""What other people's Python makes of our messages, for produceFormats.test.ts.

Reads lines of {"kind", "topic", "proto", "message"} and prints a line of JSON for each: what it made of the topic's only message.

    produceFormats.py confluent BOOTSTRAP REGISTRY_URL   kinds avro, json, protobuf: confluent-kafka's deserializers
    produceFormats.py plain BOOTSTRAP                    kinds gzip, zlib, zstd, lz4, snappy, snappy-framed, container, single-object
"""

import io
import json
import sys


def confluent(bootstrap, url):
    import tempfile
    from pathlib import Path

    from confluent_kafka import Consumer
    from confluent_kafka.schema_registry import SchemaRegistryClient
    from confluent_kafka.schema_registry.avro import AvroDeserializer
    from confluent_kafka.schema_registry.json_schema import JSONDeserializer
    from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer
    from confluent_kafka.serialization import MessageField, SerializationContext
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
    from grpc_tools import protoc

    registry = SchemaRegistryClient({"url": url})

    def message_class(text, name):
        with tempfile.TemporaryDirectory(prefix="kw-proto-") as folder:
            (Path(folder) / "x.proto").write_text(text, "utf-8")
            out = Path(folder) / "set"
            if protoc.main(["protoc", f"-I{folder}", f"--descriptor_set_out={out}", "x.proto"]) != 0:
                sys.exit(f"this could not be compiled:\n{text}")
            pool = descriptor_pool.DescriptorPool()
            for file in descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file:
                pool.Add(file)
            return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))

    def read(kind, topic, proto=None, message=None):
        consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
        consumer.subscribe([topic])
        record = consumer.poll(60)
        consumer.close()
        if record is None or record.error():
            sys.exit(f"{topic}: {record and record.error()}")
        context = SerializationContext(topic, MessageField.VALUE, record.headers() or [])
        if kind == "avro":
            return AvroDeserializer(registry)(record.value(), context)
        if kind == "json":
            return JSONDeserializer(None, schema_registry_client=registry)(record.value(), context)
        of = message_class(proto, message)
        found = ProtobufDeserializer(of, {"use.deprecated.format": False}, registry)(record.value(), context)
        return json.loads(json_format.MessageToJson(found))

    return read


def plain(bootstrap):
    import gzip
    import zlib

    import fastavro
    import lz4.frame
    import snappy
    import zstandard
    from kafka import KafkaConsumer

    unpack = {
        "gzip": gzip.decompress,
        "zlib": zlib.decompress,
        "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
        "lz4": lz4.frame.decompress,
        "snappy": snappy.decompress,
        "snappy-framed": lambda data: snappy.StreamDecompressor().decompress(data),
    }

    def read(kind, topic, proto=None, message=None):
        consumer = KafkaConsumer(
            topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None, consumer_timeout_ms=30_000
        )
        value = next(consumer).value
        consumer.close()
        if kind == "container":
            return list(fastavro.reader(io.BytesIO(value)))
        if kind == "single-object":
            schema = fastavro.parse_schema(json.loads(message))
            canonical = fastavro.schema.to_parsing_canonical_form(schema)
            fingerprint = bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"))
            if value[:10] != b"\xc3\x01" + fingerprint:
                sys.exit(f"another header than fastavro's: {value[:10].hex()}")
            return fastavro.schemaless_reader(io.BytesIO(value[10:]), schema)
        return unpack[kind](value).decode()

    return read


read = confluent(*sys.argv[2:]) if sys.argv[1] == "confluent" else plain(*sys.argv[2:])
for line in sys.stdin:
    print(json.dumps(read(**json.loads(line))), flush=True)
