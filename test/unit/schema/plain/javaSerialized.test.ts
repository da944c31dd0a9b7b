import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeJavaSerialized, isJavaSerialized } from "../../../../src/schema/plain/javaSerialized.ts";
import { seeded } from "../support.ts";
import { fromHex, randomBytes, refusal, survives, textOf, upTo } from "./support.ts";

/** What Java 17's ObjectOutputStream has written: an object of a class with a parent and fields of each type. */
const ORDER =
  "aced0005737200074b244f72646572000000000000000202000c430001635a0004676966744a000269644600037461784c0003636c737400114c6a6176612f6c616e672f436c6173733b4c00046c6973747400104c6a6176612f7574696c2f4c6973743b4c00046e6f6e657400124c6a6176612f6c616e672f537472696e673b4c00046e6f746571007e00035b00026e737400025b495b00037261777400025b424c000473656c667400124c6a6176612f6c616e672f4f626a6563743b4c000573746174657400094c4b2453746174653b787200064b2442617365000000000000000102000149000776657273696f6e787000000003017c017fffffffffffffff3dcccccd767200074b24537461746500000000000000001200007872000e6a6176612e6c616e672e456e756d00000000000000001200007870737200136a6176612e7574696c2e41727261794c6973747881d21d99c7619d03000149000473697a6578700000000277040000000274000171737200116a6176612e6c616e672e496e746567657212e2a0a4f781873802000149000576616c7565787200106a6176612e6c616e672e4e756d62657286ac951d0b94e08b020000787000000005787074000961c080eda0bdedb880757200025b494dba602676eab2a502000078700000000200000001fffffffe757200025b42acf317f8060854e002000078700000000201ff71007e00097e71007e000a74000450414944";

test("an object is shown with the fields of all its classes", () => {
  assert.ok(isJavaSerialized(fromHex(ORDER), 0));
  assert.equal(
    textOf(decodeJavaSerialized, fromHex(ORDER)),
    [
      '{"$class":"K$Order","version":3,"c":"ż","gift":true,"id":9223372036854775807,"tax":0.1',
      '"cls":{"$class":"java.lang.Class","name":"K$State"}',
      '"list":{"$class":"java.util.ArrayList","size":2,"$written":["0x00000002","q",{"$class":"java.lang.Integer","value":5}]}',
      '"none":null,"note":"a\\u0000😀","ns":[1,-2],"raw":"0x01ff","self":{"$again":"K$Order"}',
      '"state":{"$class":"K$State","$name":"PAID"}}',
    ].join(","),
  );
});

test("several objects, and data between them, are the items of an array", () => {
  const several =
    "aced000577040000000774000178757200135b4c6a6176612e6c616e672e537472696e673badd256e7e91d7b4702000078700000000271007e000070";
  assert.equal(textOf(decodeJavaSerialized, fromHex(several)), '["0x00000007","x",["x",null]]');
});

test("what a class has written itself is shown where it can be told apart, else only the class is", () => {
  const apart = "aced0005737200054b2445787400000000000000030c00007870770400000005740002696e78";
  assert.equal(textOf(decodeJavaSerialized, fromHex(apart)), '{"$class":"K$Ext","$written":["0x00000005","in"]}');
  const old = "aced0005737200054b244578740000000000000003040000787000000005740002696e";
  const decoded = decodeJavaSerialized(fromHex(old), 0, 1000);
  assert.equal(decoded.text, '{"$class":"K$Ext"}');
  assert.match(decoded.problems[0]!, /^only the class is shown: only K\$Ext itself can read on .* \(at byte 26\)$/);
});

test("a stream that is cut anywhere names its class as soon as it can", () => {
  const bytes = fromHex(ORDER);
  for (let size = 5; size < bytes.length; size++) {
    const part = bytes.subarray(0, size);
    if (size < 15) assert.match(refusal(decodeJavaSerialized, part), /at byte/);
    else {
      const decoded = decodeJavaSerialized(part, 0, 100_000);
      assert.deepEqual([decoded.text, decoded.problems.length], ['{"$class":"K$Order"}', 1]);
    }
  }
});

test("random and damaged bytes are an outline or a sentence", () => {
  const random = seeded(61);
  for (let i = 0; i < 2000; i++) {
    let bytes: Buffer = Buffer.concat([fromHex("aced0005"), randomBytes(random, 1 + upTo(random, 30))]);
    if (random() < 0.8) {
      bytes = fromHex(ORDER);
      bytes[4 + upTo(random, bytes.length - 4)] = upTo(random, 256);
    }
    survives(decodeJavaSerialized, bytes);
  }
});

test("hostile streams are refused quickly", () => {
  const head = "aced0005";
  assert.equal(
    refusal(decodeJavaSerialized, fromHex("aced000470")),
    "bytes 0 to 3 are not the header of Java's serialization",
  );
  assert.match(
    refusal(decodeJavaSerialized, fromHex(`${head}7c7fffffffffffffff61`)),
    /9223372036854775807 bytes is announced/,
  );
  assert.match(refusal(decodeJavaSerialized, fromHex(`${head}7affffffff00`)), /4294967295 bytes is announced/);
  assert.match(refusal(decodeJavaSerialized, fromHex(`${head}71007e0000`)), /reference .* to nothing/);
  // an array of objects that claims 2^31 - 1 of them
  const array = fromHex(`${head}75 72 0002 5b4c`);
  assert.match(
    decodeJavaSerialized(Buffer.concat([array, fromHex("0000000000000000 02 0000 78 70 7fffffff 70")]), 0, 1000)
      .problems[0]!,
    /2147483647 items is announced/,
  );
  // a class that is its own parent, and an object of it
  const own = fromHex(`${head}73 72 0001 41 0000000000000000 02 0000 78 71 007e0000`);
  assert.match(decodeJavaSerialized(own, 0, 1000).problems[0]!, /more than 100 ancestors/);
  // classes as parents of classes without end
  const parents = Buffer.from(`${head}73${"72000141000000000000000002000078".repeat(100_000)}`, "hex");
  assert.match(decodeJavaSerialized(parents, 0, 1000).problems[0]!, /nested deeper than 400 levels/);
});

test("an outline is cut at the length asked for", () => {
  const ints = Buffer.concat([
    fromHex("aced0005 75 72 0002 5b49 4dba602676eab2a5 02 0000 78 70 000f4240"),
    Buffer.alloc(4_000_000),
  ]);
  const decoded = decodeJavaSerialized(ints, 0, 100);
  assert.ok(decoded.cut && decoded.text.length < 200 && decoded.problems.length === 0);
});
