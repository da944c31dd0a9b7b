// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shells and Java clients have such placeholders too
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import type { CommandTarget } from "../../../../src/reader/export/commandTarget.ts";
import { copyAs } from "../../../../src/reader/export/copy.ts";
import type { PlacedRecord } from "../../../../src/reader/export/lines.ts";
import { printf, shellComment, shellVariable, shellWord } from "../../../../src/reader/export/shell.ts";
import { createDecoder } from "../../../../src/schema/decoder.ts";
import type { CopyFormat } from "../../../../src/shared/messages.ts";
import { placed } from "./records.ts";

const copied = (records: PlacedRecord[], format: CopyFormat, target: Partial<CommandTarget> = {}) =>
  copyAs(records, format, {
    decoder: createDecoder(),
    schemas: null,
    target: { bootstrap: ["a:1", "b:2"], tls: null, sasl: null, ...target },
  });

describe("what is copied of records", () => {
  test("is their values or keys as they are shown, nothing for null", async () => {
    const records = [placed("k1", '{"n":1.10}'), placed(null, null), placed("k3", Buffer.from([0xff, 0]))];
    assert.equal(await copied(records, "value"), '{\n  "n": 1.10\n}\n\nff 00');
    assert.equal(await copied(records, "key"), "k1\n\nk3");
  });

  test("is laid-out JSON of one and JSON Lines of several", async () => {
    const one = await copied([placed("k", "v")], "json");
    assert.ok(one.startsWith('{\n  "topic": "orders",\n'));
    const lines = (await copied([placed("k", "v"), placed("k", "v")], "json")).split("\n");
    assert.equal(lines.length, 2);
    for (const line of lines) assert.deepEqual(JSON.parse(line), JSON.parse(one));
  });

  test("is a kcat command that reads well where nothing needs care", async () => {
    assert.equal(
      await copied([placed("k1", "it's", { partition: 4, headers: [["trace", "a b"]] })], "kcat"),
      "printf 'it'\\''s' | kcat -P -b a:1,b:2 -t orders -p 4 -k k1 -H 'trace=a b'",
    );
    assert.equal(
      await copied([placed("k1", null)], "kcat"),
      "printf 'k1\\036' | kcat -P -b a:1,b:2 -t orders -p 0 -K '\\x1e' -Z",
    );
  });

  test("is a console producer's command with a note on the partition", async () => {
    assert.equal(
      await copied([placed("a;b", "v", { partition: 4 })], "console-producer"),
      "# The partition, 4 for offset 17, cannot be chosen: it follows from the key.\n" +
        "printf 'a;b~v\\n' | kafka-console-producer.sh --bootstrap-server a:1,b:2 --topic orders" +
        " --property parse.key=true --property 'key.separator=~'",
    );
  });

  describe("with what the connection needs, but its secrets", () => {
    const secured: Partial<CommandTarget> = {
      tls: { ca: "/certs/it's.pem", cert: "/certs/me.pem", key: "/certs/me.key", passphrase: true, verify: true },
      sasl: { mechanism: "SCRAM-SHA-512", username: 'a"b\\c\u00fc' },
    };
    const note =
      "# Secrets are not copied. Put the password of a_b_c_ in KAFKA_PASSWORD and the passphrase of the client key in KAFKA_KEY_PASSPHRASE first," +
      " for example with: read -rs KAFKA_PASSWORD, read -rs KAFKA_KEY_PASSPHRASE\n";

    test("as kcat's -X", async () => {
      assert.equal(
        await copied([placed("k1", "v")], "kcat", secured),
        `${note}# Kafka 4 takes SCRAM of kcat only with librdkafka 2.6.1 or later.\nprintf 'v' | kcat -P -b a:1,b:2 -t orders -X security.protocol=SASL_SSL -X 'ssl.ca.location=/certs/it'\\''s.pem'` +
          " -X ssl.certificate.location=/certs/me.pem -X ssl.key.location=/certs/me.key" +
          ' -X ssl.key.password="${KAFKA_KEY_PASSPHRASE:?}" -X sasl.mechanisms=SCRAM-SHA-512' +
          ` -X 'sasl.username=a"b\\c\u00fc' -X sasl.password="\${KAFKA_PASSWORD:?}" -p 0 -k k1`,
      );
    });

    test("as properties of a Java client", async () => {
      assert.equal(
        await copied([placed(null, "v")], "console-producer", secured),
        `${note}# The partition, 0 for offset 17, cannot be chosen: it follows from the key.\n` +
          `printf 'v\\n' | KAFKA_PASSWORD="$(printf %s "\${KAFKA_PASSWORD:?}" | sed 's/["\\\\]/\\\\&/g')"` +
          ' KAFKA_KEY_PASSPHRASE="${KAFKA_KEY_PASSPHRASE:?}" kafka-console-producer.sh --bootstrap-server a:1,b:2 --topic orders' +
          " --producer.config /dev/fd/3 3<<'END'\n" +
          "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n" +
          'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="a\\\\"b\\\\\\\\c\\u00fc" password="${env:KAFKA_PASSWORD}";\n' +
          "ssl.truststore.type=PEM\nssl.truststore.location=/certs/it's.pem\nssl.keystore.type=PEM\n" +
          "ssl.keystore.certificate.chain=${dir:/certs:me.pem}\nssl.keystore.key=${dir:/certs:me.key}\n" +
          "ssl.key.password=${env:KAFKA_KEY_PASSPHRASE}\nconfig.providers=env,dir\n" +
          "config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider\n" +
          "config.providers.dir.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider\nEND",
      );
    });

    test("as far as each tool can leave certificates unchecked", async () => {
      const tls = { ca: null, cert: null, key: null, passphrase: false, verify: false };
      assert.match(
        await copied([placed(null, "v")], "kcat", { tls }),
        / -X enable\.ssl\.certificate\.verification=false /,
      );
      const java = await copied([placed(null, "v")], "console-producer", { tls });
      assert.match(java, /^# Java checks certificates, which this connection does not/m);
      assert.match(java, /^ssl\.endpoint\.identification\.algorithm=$/m);
    });

    test("or not at all where a name would be taken for a reference to something else", async () => {
      const sasl = { mechanism: "PLAIN", username: "${env:HOME}" } as const;
      assert.match(
        await copied([placed(null, "v")], "console-producer", { sasl }),
        /^# kafka-console-producer\.sh cannot send .*: a dollar sign and a brace stand in the name or a path\./m,
      );
    });
  });

  test("is never more than a clipboard is for", async () => {
    const error = await copied(
      [placed("k", Buffer.alloc(20_000_000, "x")), placed("k", Buffer.alloc(20_000_000, "x"))],
      "value",
    ).then(
      () => assert.fail("it was copied"),
      (e: unknown) => e,
    );
    assert.deepEqual([(error as Error).name, (error as { code: string }).code], ["UserError", "too-large"]);
  });
});

describe("text for a shell", () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const odd = ["-n", "--", "", "%s%d\\n\\x41", "'", "a\n\n", "\u202ea\u200b\u00a0", "\u0007\u001b[31m", "1\u00012"];
  const all = [bytes, Buffer.from("\0"), ...odd.map((text) => Buffer.from(text))];
  const run = (script: string) => execFileSync("sh", ["-c", script]);
  const skip = process.platform === "win32";

  test("prints any bytes with printf", { skip }, () => {
    for (const one of all) assert.deepEqual(run(printf(one)), one);
  });

  test("holds only visible characters", () => {
    for (const one of all) assert.match(printf(one), /^[\x20-\x7e]*$/);
    assert.equal(printf(Buffer.from("größe 漢字")), "printf 'größe 漢字'");
  });

  test("is a word for text, and a variable for what a word cannot hold", { skip }, () => {
    for (const text of [...odd, '$HOME `id` "x" \\ größe!']) {
      const variable = shellVariable("kw1", Buffer.from(text));
      const word = shellWord(text);
      if (word !== null) assert.equal(run(`printf %s ${word}`).toString(), text);
      assert.equal(run(`${variable.assignment}; printf %s ${variable.word}`).toString(), text);
    }
    assert.equal(shellWord("\u202e"), null);
    assert.equal(shellWord("a\nb"), null);
  });

  test("has comments that no shell takes for anything else", () => {
    assert.match(shellComment("orders`id`$(id);'\"\n&|<>#*?!~{}[]="), /^# orders_id_[\w]+$/);
  });
});
