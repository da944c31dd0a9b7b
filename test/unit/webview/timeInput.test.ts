import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { parseTime, writtenTime } from "../../../webview/ui/timeInput.ts";

const now = Date.UTC(2026, 2, 15, 12, 30, 45, 678);

/** What a text is understood as, in UTC; or the problem. */
const parsed = (text: string): string => {
  const result = parseTime(text, now);
  return result.ok ? new Date(result.ms).toISOString() : result.problem;
};

describe("A time that a person writes", () => {
  before(() => {
    // read anew by Node when it is set; three hours behind UTC, all year
    process.env["TZ"] = "America/Sao_Paulo";
  });

  it("is local where ISO 8601 names no zone", () => {
    assert.equal(parsed("2026-03-14"), "2026-03-14T03:00:00.000Z");
    assert.equal(parsed("2026-03-14T10:02"), "2026-03-14T13:02:00.000Z");
    assert.equal(parsed("2026-03-14 10:02:11.5"), "2026-03-14T13:02:11.500Z");
  });

  it("is in the zone that ISO 8601 names", () => {
    assert.equal(parsed("2026-03-14T10:02:11Z"), "2026-03-14T10:02:11.000Z");
    assert.equal(parsed("2026-03-14T10:02:11.123456+05:30"), "2026-03-14T04:32:11.123Z");
    assert.equal(parsed("2026-03-14 10:02 -0200"), "2026-03-14T12:02:00.000Z");
    assert.equal(parsed("2026-03-14 10:02:11 UTC"), "2026-03-14T10:02:11.000Z");
  });

  describe("where the clocks change", () => {
    const note = (text: string): string | undefined => {
      const result = parseTime(text, now);
      return result.ok ? result.note : result.problem;
    };
    before(() => {
      process.env["TZ"] = "Europe/Berlin";
    });
    after(() => {
      process.env["TZ"] = "America/Sao_Paulo";
    });

    it("is said to be skipped, and is the one that the clocks then showed", () => {
      assert.equal(parsed("2026-03-29 02:30"), "2026-03-29T01:30:00.000Z");
      assert.match(note("2026-03-29 02:30")!, /set forward/);
      assert.equal(note("2026-03-29 03:00"), undefined);
      assert.equal(note("2026-03-29 01:59:59"), undefined);
    });

    it("is said to be the first of two, and the second can be written", () => {
      assert.equal(parsed("2026-10-25 02:30"), "2026-10-25T00:30:00.000Z");
      assert.match(note("2026-10-25 02:30")!, /first of two\. The second is 2026-10-25 02:30:00 \+01:00$/);
      assert.equal(parsed("2026-10-25 02:30:00 +01:00"), "2026-10-25T01:30:00.000Z");
      assert.equal(note("2026-10-25 03:00"), undefined);
    });

    it("is written so that it is read as the same one, to the millisecond", () => {
      for (let ms = Date.UTC(2026, 9, 24, 22); ms < Date.UTC(2026, 9, 25, 4); ms += 299_999) {
        const read = parseTime(writtenTime(ms), now);
        assert.equal(read.ok && read.ms, ms, writtenTime(ms));
      }
      assert.equal(writtenTime(Date.UTC(2026, 9, 25, 0, 30)), "2026-10-25 02:30:00");
      assert.equal(writtenTime(Date.UTC(2026, 9, 25, 1, 30, 0, 7)), "2026-10-25 02:30:00.007 +01:00");
    });
  });

  it("counts back from now", () => {
    assert.equal(parsed("5 minutes ago"), "2026-03-15T12:25:45.678Z");
    assert.equal(parsed("an hour ago"), "2026-03-15T11:30:45.678Z");
    assert.equal(parsed("1.5h ago"), "2026-03-15T11:00:45.678Z");
    assert.equal(parsed("-90 s"), "2026-03-15T12:29:15.678Z");
    assert.equal(parsed("2 weeks ago"), "2026-03-01T12:30:45.678Z");
    assert.equal(parsed("now"), "2026-03-15T12:30:45.678Z");
  });

  it("is of today or yesterday, in local time", () => {
    assert.equal(parsed("today"), "2026-03-15T03:00:00.000Z");
    assert.equal(parsed("14:00"), "2026-03-15T17:00:00.000Z");
    assert.equal(parsed("Yesterday 14:00"), "2026-03-14T17:00:00.000Z");
    assert.equal(parsed("yesterday at 9:05:01"), "2026-03-14T12:05:01.000Z");
  });

  it("is milliseconds since the epoch in digits, or seconds where there are too few", () => {
    assert.equal(parsed("1700000777777"), "2023-11-14T22:26:17.777Z");
    assert.equal(parsed("1700000777"), "2023-11-14T22:26:17.000Z");
  });

  it("says what is wrong with what is not a time", () => {
    assert.match(parsed("2026-02-30"), /no day 2026-02-30/);
    assert.match(parsed("5 parsecs ago"), /unit/);
    assert.match(parsed("yesterday 25:00"), /time of day/);
    assert.match(parsed("1700000777777000"), /^Too many digits/);
    assert.match(parsed("soon"), /Write a time like/);
    assert.match(parsed(""), /Write a time like/);
    assert.match(parsed("99999 weeks ago"), /between 1970/);
  });
});
