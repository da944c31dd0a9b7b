import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Messages by Apicurio's serializers, for apicurioClients.test.ts, and by its deserializers, for produceFormats.test.ts. Reads lines of JSON:
 * {"topic", "type", "schema", "message", "json", "config"}; "schema" is Avro's JSON or, for Protobuf, a descriptor set in base64, and "json" is the
 * value as Avro's and Protobuf's own JSON. Without "json" the topic's first message is read, and printed as a line of JSON.
 */
public class ApicurioSerdes {
  static final ObjectMapper MAPPER = new ObjectMapper();
  static final Map<String, String> SERIALIZERS =
      Map.of(
          "AVRO", "io.apicurio.registry.serde.avro.AvroKafkaSerializer",
          "PROTOBUF", "io.apicurio.registry.serde.protobuf.ProtobufKafkaSerializer",
          "JSON", "io.apicurio.registry.serde.jsonschema.JsonSchemaKafkaSerializer");

  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode given = MAPPER.readTree(line);
      if (given.has("json")) send(given);
      else receive(given);
    }
  }

  static void send(JsonNode given) throws Exception {
    String type = given.get("type").asText();
    Map<String, Object> config = new HashMap<>();
    given.get("config").fields().forEachRemaining(entry -> config.put(entry.getKey(), entry.getValue().asText()));
    config.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    config.put("value.serializer", SERIALIZERS.get(type));
    Object value =
        switch (type) {
          case "AVRO" -> avro(given.get("schema").asText(), given.get("json").asText());
          case "PROTOBUF" -> protobuf(given);
          default -> MAPPER.readTree(given.get("json").asText());
        };
    try (KafkaProducer<String, Object> producer = new KafkaProducer<>(config)) {
      producer.send(new ProducerRecord<>(given.get("topic").asText(), "key", value)).get();
    }
  }

  static void receive(JsonNode given) throws Exception {
    Map<String, Object> config = new HashMap<>();
    given.get("config").fields().forEachRemaining(entry -> config.put(entry.getKey(), entry.getValue().asText()));
    config.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    String serializer = SERIALIZERS.get(given.get("type").asText());
    config.put("value.deserializer", serializer.replace("KafkaSerializer", "KafkaDeserializer"));
    try (KafkaConsumer<String, Object> consumer = new KafkaConsumer<>(config)) {
      consumer.subscribe(List.of(given.get("topic").asText()));
      for (int i = 0; i < 60; i++) {
        for (ConsumerRecord<String, Object> record : consumer.poll(Duration.ofSeconds(1))) {
          Object value = record.value();
          String json =
              value instanceof MessageOrBuilder message
                  ? JsonFormat.printer().omittingInsignificantWhitespace().print(message)
                  : value.toString();
          System.out.println(json);
          return;
        }
      }
    }
    throw new IllegalStateException("nothing came from " + given.get("topic"));
  }

  static Object avro(String schemaText, String json) throws Exception {
    Schema schema = new Schema.Parser().parse(schemaText);
    return new GenericDatumReader<>(schema).read(null, DecoderFactory.get().jsonDecoder(schema, json));
  }

  static Object protobuf(JsonNode given) throws Exception {
    FileDescriptorSet set = FileDescriptorSet.parseFrom(Base64.getDecoder().decode(given.get("schema").asText()));
    Map<String, FileDescriptor> files = new HashMap<>();
    // protoc writes a file after those that it imports
    for (FileDescriptorProto file : set.getFileList()) {
      FileDescriptor[] imports = file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
      files.put(file.getName(), FileDescriptor.buildFrom(file, imports));
    }
    for (FileDescriptor file : files.values()) {
      Descriptor message = find(file, given.get("message").asText());
      if (message == null) continue;
      DynamicMessage.Builder builder = DynamicMessage.newBuilder(message);
      JsonFormat.parser().merge(given.get("json").asText(), builder);
      return builder.build();
    }
    throw new IllegalArgumentException("no message " + given.get("message"));
  }

  /** By a name such as "Outer.Inner", without the package. */
  static Descriptor find(FileDescriptor file, String name) {
    String[] names = name.split("\\.");
    Descriptor message = file.findMessageTypeByName(names[0]);
    for (int i = 1; message != null && i < names.length; i++) message = message.findNestedTypeByName(names[i]);
    return message;
  }
}
