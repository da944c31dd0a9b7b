"""Messages by Python's clients, for pythonClients.test.ts; each goes to a topic "PREFIX-name".

    pythonClients.py confluent BOOTSTRAP REGISTRY_URL PREFIX   confluent-kafka with its registry serializers
    pythonClients.py kafka-python BOOTSTRAP PREFIX             kafka-python with each codec; fastavro's encodings
"""

import io
import json
import sys

AVRO = {
    "type": "record",
    "name": "Order",
    "namespace": "kw.clients",
    "fields": [{"name": "id", "type": "long"}, {"name": "note", "type": ["null", "string"]}],
}
ORDER = {"id": 9007199254740993, "note": "für 😀"}


def confluent(bootstrap, url, prefix):
    from confluent_kafka import Producer
    from confluent_kafka.schema_registry import SchemaRegistryClient
    from confluent_kafka.schema_registry.avro import AvroSerializer
    from confluent_kafka.schema_registry.json_schema import JSONSerializer
    from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
    from confluent_kafka.serialization import MessageField, SerializationContext
    from google.protobuf.timestamp_pb2 import Timestamp

    registry = SchemaRegistryClient({"url": url})

    def send(name, serialize, value, codec):
        topic = f"{prefix}-{name}"
        headers = []
        payload = serialize(value, SerializationContext(topic, MessageField.VALUE, headers))
        producer = Producer({"bootstrap.servers": bootstrap, "compression.type": codec})
        failed = []
        producer.produce(topic, payload, headers=headers, on_delivery=lambda error, _: error and failed.append(error))
        producer.flush(30)
        if failed:
            sys.exit(f"{topic}: {failed}")

    def id_in_header(payload, context, schema_id):
        context.headers.append(("__value_schema_id", schema_id.id_to_bytes()))
        return payload

    def guid_in_header(payload, context, _schema_id):
        context.headers.append(("__value_schema_id", bytes([1]) + bytes(range(16))))
        return payload

    schema = json.dumps({"type": "object", "title": "order", "properties": {"id": {"type": "integer"}}})
    timestamp = Timestamp(seconds=1706704496, nanos=789000000)
    for place, config, codec in [
        ("payload", {}, "zstd"),
        ("id", {"schema.id.serializer": id_in_header}, "lz4"),
        ("guid", {"schema.id.serializer": guid_in_header}, "none"),
    ]:
        send(f"avro-{place}", AvroSerializer(registry, json.dumps(AVRO), conf=config), ORDER, codec)
        send(f"json-{place}", JSONSerializer(schema, registry, conf=config), {"id": 12345678901234567890}, codec)
        more = {"use.deprecated.format": False, **config}
        send(f"protobuf-{place}", ProtobufSerializer(Timestamp, registry, more), timestamp, codec)


def kafka_python(bootstrap, prefix):
    import fastavro
    from kafka import KafkaProducer

    def send(name, values, codec=None):
        producer = KafkaProducer(bootstrap_servers=bootstrap, compression_type=codec)
        for value in values:
            producer.send(f"{prefix}-{name}", value=value, key=b"key", headers=[("h", b"v")])
        producer.flush(30)
        producer.close()

    for codec in [None, "gzip", "snappy", "lz4", "zstd"]:
        send(f"codec-{codec or 'none'}", [json.dumps({"i": i, "text": "größe " * i}).encode() for i in range(200)], codec)

    schema = fastavro.parse_schema(AVRO)
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, ORDER)
    bare = out.getvalue()
    send("schemaless", [bare])

    canonical = fastavro.schema.to_parsing_canonical_form(AVRO)
    fingerprint = bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"))
    # fastavro writes the fingerprint's digits in the order in which the encoding has its bytes
    send("single-object", [b"\xc3\x01" + fingerprint + bare])

    for codec in ["null", "deflate", "snappy", "zstandard", "bzip2"]:
        out = io.BytesIO()
        fastavro.writer(out, schema, [ORDER, {"id": -1, "note": None}], codec=codec)
        send(f"container-{codec}", [out.getvalue()])


if sys.argv[1] == "confluent":
    confluent(*sys.argv[2:])
else:
    kafka_python(*sys.argv[2:])
