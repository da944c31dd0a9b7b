"""Fills a Kafka cluster with the demo shop's topics, written by real serializers (confluent-kafka).

    demo.py fill BOOTSTRAP REGISTRY_URL     makes the topics anew, unless they are all there
    demo.py live BOOTSTRAP REGISTRY_URL     one order a second, and a consumer that follows them, until it is ended
"""

import random
import signal
import struct
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

import data

HERE = Path(__file__).parent
# topic → partitions, more configuration, the producer's compression
TOPICS = {
    "orders": (6, {}, "zstd"),
    "payments": (3, {}, "snappy"),
    "shipments": (3, {}, "lz4"),
    "app-logs": (2, {}, "gzip"),
    "customers": (3, {"cleanup.policy": "compact"}, "none"),
    "invoices": (1, {}, "none"),
}
GROUPS = ["billing", "warehouse"]


class Writer:
    """Producers by compression, and the count of what they could not deliver."""

    def __init__(self, bootstrap: str):
        self.bootstrap = bootstrap
        self.by_codec: dict[str, Producer] = {}
        self.failed: list[str] = []

    def send(self, topic, key, value, at, headers=None, partition=-1):
        codec = TOPICS[topic][2]
        if codec not in self.by_codec:
            self.by_codec[codec] = Producer({"bootstrap.servers": self.bootstrap, "compression.type": codec, "linger.ms": 50})
        producer = self.by_codec[codec]
        producer.produce(
            topic, value, key, partition, on_delivery=self.delivered, timestamp=int(at.timestamp() * 1000), headers=headers or []
        )
        producer.poll(0)

    def delivered(self, error, _message):
        if error:
            self.failed.append(str(error))

    def close(self):
        for producer in self.by_codec.values():
            if producer.flush(60) > 0:
                self.failed.append("not delivered within a minute")
        if self.failed:
            sys.exit(f"{len(self.failed)} messages were not written: {self.failed[0]}")


def say(text: str):
    print(text, flush=True)


def fill(bootstrap: str, registry_url: str):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    registry = SchemaRegistryClient({"url": registry_url})
    if is_filled(admin, registry):
        return say("the demo data are there already")
    make_topics(admin)
    writer = Writer(bootstrap)
    rng = random.Random(20)
    write_orders(writer, rng)
    write_payments(writer, registry, rng)
    write_shipments(writer, registry, rng)
    write_logs(writer, rng)
    write_customers(writer, rng)
    write_invoices(writer, registry, rng)
    writer.close()
    consume_part(bootstrap, "billing", "orders", 3200)
    consume_part(bootstrap, "warehouse", "shipments", 800)


def is_filled(admin: AdminClient, registry: SchemaRegistryClient) -> bool:
    """Whether an earlier run came to its end: the last thing it does is to commit the offsets of the last group."""
    if not set(TOPICS) <= set(admin.list_topics(timeout=20).topics):
        return False
    if not {"payments-value", "shipments-value", "invoices-value"} <= set(registry.get_subjects()):
        return False
    request = ConsumerGroupTopicPartitions(GROUPS[-1])
    committed = admin.list_consumer_group_offsets([request])[GROUPS[-1]].result().topic_partitions
    return any(partition.offset > 0 for partition in committed)


def make_topics(admin: AdminClient):
    there = set(admin.list_topics(timeout=20).topics)
    old = [name for name in TOPICS if name in there]
    if old:
        for future in admin.delete_topics(old, operation_timeout=30).values():
            future.result()
    groups = {group.group_id for group in admin.list_consumer_groups().result().valid}
    if left := [group for group in GROUPS if group in groups]:
        for future in admin.delete_consumer_groups(left).values():
            future.result()
    wanted = [
        # the messages carry times of the past days, and the demo should be whole next month too
        NewTopic(name, partitions, 1, config={"retention.ms": "-1", **config})
        for name, (partitions, config, _) in TOPICS.items()
    ]
    until = time.time() + 60
    for topic in wanted:
        while error := admin.create_topics([topic])[topic.topic].exception():
            # a deletion goes on for a moment after it was answered
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS or time.time() > until:
                raise error
            time.sleep(0.2)
    say(f"created topics {', '.join(TOPICS)}")


def write_orders(writer: Writer, rng: random.Random):
    for i, at in enumerate(data.times(5000, 72)):
        key, value = data.order(i, rng, at)
        headers = [("source", b"web-shop"), ("trace-id", f"{rng.getrandbits(128):032x}".encode())]
        if i % 10 == 0:
            headers.append(("signature", rng.randbytes(12)))  # binary
        if i % 25 == 0:
            headers.append(("coupon-campaign", None))  # a header without a value
        writer.send("orders", key, value, at, headers)
    say("orders: 5,000 JSON messages (zstd), ids beyond 2^53, headers")


def write_payments(writer: Writer, registry: SchemaRegistryClient, rng: random.Random):
    context = SerializationContext("payments", MessageField.VALUE)
    moments = data.times(3000, 48)
    for version in (1, 2):
        serialize = AvroSerializer(registry, (HERE / f"payment-v{version}.avsc").read_text("utf-8"))
        for i in range(1500):
            n = i + (version - 1) * 1500
            value = data.payment(n, rng, moments[n], version)
            payload = serialize(value, context)
            writer.send("payments", str(value["orderId"]), payload, moments[n], [("schema-version", str(version).encode())])
    # what the reader must be able to explain: a schema that does not exist, and a value that breaks off
    writer.send("payments", "unknown-schema", struct.pack(">bI", 0, 999_999) + b"\x02\x80\x01 not a payment", data.NOW, partition=0)
    writer.send("payments", "cut-off", payload[: len(payload) // 2], data.NOW, partition=1)
    say("payments: 3,000 Avro messages (snappy), two schema versions, two that cannot be decoded")


def write_shipments(writer: Writer, registry: SchemaRegistryClient, rng: random.Random):
    module = compiled("shipments.proto")
    serialize = ProtobufSerializer(module.Shipment, registry, {"use.deprecated.format": False})
    context = SerializationContext("shipments", MessageField.VALUE)
    for i, at in enumerate(data.times(800, 36)):
        writer.send("shipments", data.order_number(i), serialize(data.shipment(module, i, rng, at), context), at)
    say("shipments: 800 Protobuf messages (lz4)")


def compiled(proto: str):
    """The Python module of a .proto file."""
    import grpc_tools
    from grpc_tools import protoc

    includes = [f"-I{HERE}", f"-I{Path(grpc_tools.__file__).parent / '_proto'}"]
    with tempfile.TemporaryDirectory(prefix="kw-demo-") as folder:
        if protoc.main(["protoc", *includes, f"--python_out={folder}", proto]) != 0:
            sys.exit(f"{proto} could not be compiled")
        sys.path.insert(0, folder)
        return __import__(f"{Path(proto).stem}_pb2")


def write_logs(writer: Writer, rng: random.Random):
    for i, at in enumerate(data.times(4000, 12)):
        writer.send("app-logs", None, data.log_line(i, rng, at).encode(), at)
    say("app-logs: 4,000 lines of plain text (gzip), no keys")


def write_customers(writer: Writer, rng: random.Random):
    moments = data.times(500, 96)
    for i, at in enumerate(moments[:400]):
        name, city, country = data.PEOPLE[i % len(data.PEOPLE)]
        value = f'{{"name":"{name}","city":"{city}","country":"{country}","since":{2010 + i % 15}}}'
        writer.send("customers", f"customer-{i:04d}", value.encode(), at)
    for i, at in enumerate(moments[400:]):
        writer.send("customers", f"customer-{rng.randrange(400):04d}", None, at, [("reason", b"erasure request")])
    say("customers: 400 JSON messages and 100 tombstones, compacted")


def write_invoices(writer: Writer, registry: SchemaRegistryClient, rng: random.Random):
    serialize = JSONSerializer((HERE / "invoice.schema.json").read_text("utf-8"), registry)
    context = SerializationContext("invoices", MessageField.VALUE)
    for i, at in enumerate(data.times(200, 24)):
        value = {"invoice": f"INV-{i:06d}", "customer": data.customer(rng)[0], "total": rng.randint(900, 90_000) / 100, "due": at.date().isoformat()}
        writer.send("invoices", value["invoice"], serialize(value, context), at)
    say("invoices: 200 JSON Schema messages")


def consume_part(bootstrap: str, group: str, topic: str, count: int):
    """A consumer group that has read `count` messages of the topic, then left: the rest is its lag."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([topic])
    read: dict[int, int] = {}
    until = time.time() + 60
    while sum(read.values()) < count:
        if time.time() > until:
            sys.exit(f"The consumer group {group} read only {sum(read.values())} of {count} messages within a minute")
        message = consumer.poll(1)
        if message is not None and not message.error():
            read[message.partition()] = read.get(message.partition(), 0) + 1
    consumer.commit(offsets=[TopicPartition(topic, partition, n) for partition, n in read.items()], asynchronous=False)
    consumer.close()
    say(f"consumer group {group}: read {count} messages of {topic}")


def live(bootstrap: str, _registry_url: str):
    ended = False

    def end(_signal, _frame):
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    writer = Writer(bootstrap)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "dashboard", "client.id": "dashboard-1", "auto.offset.reset": "latest"})
    consumer.subscribe(["orders"])
    rng = random.Random()
    next_at = time.time()
    while not ended:
        consumer.poll(0.2)
        if time.time() < next_at:
            continue
        next_at += 1
        at = datetime.now(timezone.utc)
        key, value = data.order(rng.randrange(5000, 10**6), rng, at)
        writer.send("orders", key, value, at, [("source", b"live")])
    consumer.close()
    writer.close()


if __name__ == "__main__":
    command, bootstrap_servers, url = sys.argv[1:4]
    {"fill": fill, "live": live}[command](bootstrap_servers, url)
