import type { Step } from "./celPaths.ts";

export type Kind = "absent" | "object" | "array" | "string" | "plain string" | "number" | "true" | "false" | "null";

/** A place in the JSON that is looked for, and what the last scan found there. */
export class Place {
  readonly parent: Place | null;
  readonly step: Step;
  readonly name: Buffer;
  /** its value is wanted as a whole, perhaps beside places below it; otherwise only these */
  whole = false;
  readonly below: Place[] = [];

  kind: Kind = "absent";
  start = 0;
  end = 0;
  /** elements of an array */
  length = 0;

  constructor(parent: Place | null, step: Step) {
    this.parent = parent;
    this.step = step;
    this.name = Buffer.from(String(step));
  }

  at(step: Step): Place {
    let place = this.below.find((one) => one.step === step);
    if (!place) this.below.push((place = new Place(this, step)));
    return place;
  }

  /** Whether the JSON has it; what is below what has nothing below keeps its kind from before. */
  get isThere(): boolean {
    if (this.kind === "absent") return false;
    const { parent } = this;
    if (parent === null) return true;
    return parent.kind === (typeof this.step === "string" ? "object" : "array") && parent.isThere;
  }
}
