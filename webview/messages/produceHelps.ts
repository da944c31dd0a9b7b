import type { DraftField, DraftHelp } from "../../src/shared/draft.ts";
import { isCancelled } from "../../src/shared/userError.ts";
import type { Panel } from "./panel.ts";

/** What the schemas of drafts offer, asked for once for each. */
export class DraftHelps {
  private readonly known = new Map<string, DraftHelp>();
  private readonly asked = new Set<string>();
  private readonly panel: Panel;

  constructor(panel: Panel) {
    this.panel = panel;
  }

  /** null: not known yet, or the field has no schema */
  get(part: "key" | "value", field: DraftField): DraftHelp | null {
    return this.known.get(keyOf(part, field)) ?? null;
  }

  /** The same; what is not known is asked for in the background, and drawn when it is there. */
  want(part: "key" | "value", field: DraftField): DraftHelp | null {
    const key = keyOf(part, field);
    if (!this.asked.has(key)) void this.load(part, field);
    return this.get(part, field);
  }

  /** null where there is none; a schema that cannot be had is a problem of the field as soon as it is checked. */
  async load(part: "key" | "value", field: DraftField): Promise<DraftHelp | null> {
    if (field.encoding !== "schema" && field.encoding !== "file") return null;
    const key = keyOf(part, field);
    this.asked.add(key);
    try {
      const help = await this.panel.rpc.call("draftHelp", [part, { ...field, text: "" }]);
      this.known.set(key, help);
      this.panel.changed();
      return help;
    } catch (error) {
      if (isCancelled(error)) this.asked.delete(key);
      return null;
    }
  }
}

const keyOf = (part: "key" | "value", { encoding, subject, pinned, file, message, framing }: DraftField): string =>
  JSON.stringify([part, encoding, subject, pinned?.key, file?.uri, message, framing]);
