import assert from "node:assert/strict";
import { test } from "node:test";
import { knowsWait } from "../../../src/local/docker.ts";

test("Compose can wait since 2.1.1", () => {
  const known = ["2.1.1", "v2.40.3", "2.20.2-desktop.1", "5.0.2", "v5.0.2", "2.24.6+ds1-0ubuntu2", "dev"];
  assert.deepEqual(
    known.filter((version) => !knowsWait(version)),
    [],
  );
  const unknown = ["1.29.2", "1.25.0", "2.1.0", "v2.0.0-rc.3"];
  assert.deepEqual(unknown.filter(knowsWait), []);
});
