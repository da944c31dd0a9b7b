import assert from "node:assert/strict";
import { test } from "node:test";
import { signV4 } from "../../../../src/schema/registry/sigv4.ts";

// AWS's published test suite for Signature Version 4, and the example of its documentation
const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: null,
};
const now = new Date("2015-08-30T12:36:00Z");
const suite = { region: "us-east-1", service: "service", now };
const url = new URL("https://example.amazonaws.com/");
const expected = (headers: string, signature: string, service = "service"): string =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request, SignedHeaders=${headers}, Signature=${signature}`;

test("requests are signed as AWS's test suite has it", () => {
  const signed = (method: string, more: { url?: URL; headers?: Record<string, string>; body?: string } = {}) =>
    signV4({ method, url, headers: {}, body: "", ...more }, credentials, suite)["authorization"];
  const plain = "host;x-amz-date";
  assert.equal(signed("GET"), expected(plain, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
  assert.equal(signed("POST"), expected(plain, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
  assert.equal(
    signed("GET", { url: new URL("/?Param2=value2&Param1=value1", url) }),
    expected(plain, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
  );
  assert.equal(
    signed("GET", { headers: { "My-Header1": " value1", "My-Header2": '"a   b   c"' } }),
    expected(
      "host;my-header1;my-header2;x-amz-date",
      "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
  );
  assert.equal(
    signed("POST", { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "Param1=value1" }),
    expected("content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
  );
});

test("the documentation's request to IAM is signed as it says", () => {
  const request = {
    method: "GET",
    url: new URL("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"),
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: "",
  };
  assert.equal(
    signV4(request, credentials, { ...suite, service: "iam" })["authorization"],
    expected("content-type;host;x-amz-date", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7", "iam"),
  );
});

test("a session token is sent, and signed", () => {
  const headers = signV4({ method: "GET", url, headers: {}, body: "" }, { ...credentials, sessionToken: "tok" }, suite);
  assert.equal(headers["x-amz-security-token"], "tok");
  assert.match(headers["authorization"]!, /SignedHeaders=host;x-amz-date;x-amz-security-token,/);
});
