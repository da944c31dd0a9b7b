import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Checked, changesDocument, demandedBy, verdictText } from "../../../src/language/verdict.ts";

const checked: Checked = {
  file: "order.avsc",
  subject: "orders-value",
  version: 3,
  level: "BACKWARD",
  compatible: true,
  refusedAfter: null,
  messages: [],
  differences: {
    backward: true,
    forward: true,
    changes: [
      {
        path: "$.note",
        message: "The field note is new.",
        effect: "Readers go on.",
        severity: "compatible",
        breaks: [],
      },
    ],
  },
  problem: null,
};
const broken: Checked = {
  ...checked,
  compatible: false,
  messages: ["READER_FIELD_MISSING_DEFAULT_VALUE\n at /fields/2"],
  differences: {
    backward: false,
    forward: true,
    changes: [
      { path: "$.a", message: "A is new.", effect: "New readers fail.", severity: "breaking", breaks: ["BACKWARD"] },
      { path: "$", message: "The doc differs.", effect: "", severity: "harmless", breaks: [] },
    ],
  },
};

describe("The outcome of a compatibility check", () => {
  it("is a sentence that names the file, the version and what it means", () => {
    assert.equal(
      verdictText(checked),
      "order.avsc may follow version 3 of orders-value (BACKWARD): 1 change. Both read on: new readers old messages, and old readers new messages.",
    );
    assert.equal(
      verdictText(broken),
      "The registry refuses order.avsc after version 3 of orders-value (BACKWARD). New readers cannot read all old messages; old readers can read new ones.",
    );
    assert.match(
      verdictText({ ...broken, refusedAfter: 1, differences: checked.differences }),
      /after version 1 of orders-value \(BACKWARD\)\. READER_FIELD_MISSING_DEFAULT_VALUE at \/fields\/2\.$/,
    );
    assert.match(
      verdictText({ ...checked, differences: { backward: true, forward: true, changes: [] } }),
      /says the same/,
    );
    assert.match(
      verdictText({ ...checked, compatible: null, level: null }),
      /^order\.avsc against version 3 of orders-value: 1 change\./,
    );
  });

  it("is a document with what breaks first, and the registry's own words a line each", () => {
    const text = changesDocument(broken);
    const places = [
      "# orders-value: version 3 → order.avsc",
      "READER_FIELD",
      "## Breaks readers",
      "`$.a`: A is new. New readers fail.",
      "## No difference",
    ].map((part) => text.indexOf(part));
    assert.ok(
      places.every((at, i) => at >= 0 && (i === 0 || at > places[i - 1]!)),
      text,
    );
    assert.match(text, /- READER_FIELD_MISSING_DEFAULT_VALUE at \/fields\/2\n/);
    assert.match(
      changesDocument({ ...checked, differences: null, problem: "too deep" }),
      /cannot be compared here: too deep\./,
    );
  });

  it("counts as refused by what the level asks for", () => {
    assert.deepEqual(
      ["BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD_ALL", "FULL", "FULL_TRANSITIVE", "NONE", "DISABLED", null].map(
        demandedBy,
      ),
      [["BACKWARD"], ["BACKWARD"], ["FORWARD"], ["BACKWARD", "FORWARD"], ["BACKWARD", "FORWARD"], [], [], []],
    );
  });
});
