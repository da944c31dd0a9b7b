import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.*;

/**
 * Messages by Kafka's own serializers, for kafkaClients.test.ts: one for each topic "PREFIX-name".
 * KafkaSerdes BOOTSTRAP PREFIX
 */
public class KafkaSerdes {
  static String bootstrap;
  static String prefix;

  public static void main(String[] args) throws Exception {
    bootstrap = args[0];
    prefix = args[1];
    send("text", StringSerializer.class, "Grüße 😀 \"12345678\"", Map.of());
    send("digits", StringSerializer.class, "12345678", Map.of());
    send("utf-16", StringSerializer.class, "Grüße 😀", Map.of("value.serializer.encoding", "UTF-16"));
    send("utf-16le", StringSerializer.class, "Grüße 😀", Map.of("value.serializer.encoding", "UTF-16LE"));
    send("latin-1", StringSerializer.class, "Grüße", Map.of("value.serializer.encoding", "ISO-8859-1"));
    send("short", ShortSerializer.class, (short) -12345, Map.of());
    send("integer", IntegerSerializer.class, Integer.MIN_VALUE, Map.of());
    send("long", LongSerializer.class, 9007199254740993L, Map.of());
    send("timestamp", LongSerializer.class, 1700000000000L, Map.of());
    send("float", FloatSerializer.class, 0.1f, Map.of());
    send("double", DoubleSerializer.class, -Math.PI, Map.of());
    send("boolean", BooleanSerializer.class, true, Map.of());
    send("uuid", UUIDSerializer.class, new UUID(0x0123456789abcdefL, 0xfedcba9876543210L), Map.of());
    send("bytes", ByteBufferSerializer.class, ByteBuffer.wrap(new byte[] {0, 1, (byte) 0xfe, (byte) 0xff}), Map.of());
    send("void", VoidSerializer.class, null, Map.of());
  }

  static void send(String name, Class<?> serializer, Object value, Map<String, Object> more) throws Exception {
    Map<String, Object> config = new LinkedHashMap<>(more);
    config.put("bootstrap.servers", bootstrap);
    config.put("key.serializer", serializer.getName());
    config.put("value.serializer", serializer.getName());
    if (more.containsKey("value.serializer.encoding")) {
      config.put("key.serializer.encoding", more.get("value.serializer.encoding"));
    }
    try (KafkaProducer<Object, Object> producer = new KafkaProducer<>(config)) {
      producer.send(new ProducerRecord<>(prefix + "-" + name, value, value)).get();
    }
  }
}
