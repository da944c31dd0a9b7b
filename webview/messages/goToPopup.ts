import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { RecordRef } from "../../src/shared/protocol.ts";
import { button } from "../ui/controls.ts";
import { int } from "../ui/format.ts";
import { closePopup, popup } from "../ui/popup.ts";
import { parseTime } from "../ui/timeInput.ts";
import { type GoTo, goToTarget } from "./goToTarget.ts";
import type { Panel } from "./panel.ts";

const ID = "go-to";

interface Draft {
  text: string;
  /** what came of it, a sentence; null: nothing to say */
  said: string | null;
  /** a message that is not kept, from which reading could start */
  missing: RecordRef | null;
}

const nothingWritten: Draft = { text: "", said: null, missing: null };
const drafts = new WeakMap<Panel, Draft>();

/** Leads to a kept message: by its offset, or by time. One that is not kept can be read from there on. */
export function goToPopup(panel: Panel): TemplateResult {
  const { text, said, missing } = drafts.get(panel) ?? nothingWritten;
  return popup({
    id: ID,
    label: "Go to",
    value: "",
    icon: "target",
    title: "Go to an offset or a time",
    dialog: "Go to",
    content: html`<div class="chooser-part">
      <div class="chooser-body" role="group" aria-label="Offset or time">
        <div class="entry">
          <input
            id="go-to-text"
            class="plain-input wide popup-item"
            type="text"
            spellcheck="false"
            autocomplete="off"
            aria-label="Offset or time"
            aria-invalid=${said ? "true" : nothing}
            aria-describedby="go-to-said"
            placeholder="1204, 3@1204, 14:05 …"
            .value=${live(text)}
            @input=${(e: Event) => write(panel, { ...nothingWritten, text: (e.target as HTMLInputElement).value })}
            @keydown=${(e: KeyboardEvent) => {
              if (e.key !== "Enter") return;
              // the focus goes back to the popup's button, which must not take this key for a click
              e.preventDefault();
              void go(panel);
            }}
          />
          ${button({ label: "Go there", icon: "arrow-right", iconOnly: true, onClick: () => void go(panel) })}
        </div>
        <div id="go-to-said" class=${`chooser-said ${said ? "error-text" : "dim"}`} role="status">
          ${said ?? "An offset, partition@offset, or a time, among the kept messages."}
        </div>
        ${
          missing
            ? button({
                label: "Read from there",
                onClick: () => {
                  closePopup(ID);
                  write(panel, nothingWritten);
                  panel.reading.start({ from: { kind: "offsets", offsets: [missing] } });
                },
              })
            : nothing
        }
      </div>
    </div>`,
  });
}

function write(panel: Panel, draft: Draft): void {
  drafts.set(panel, draft);
  panel.changed();
}

async function go(panel: Panel): Promise<void> {
  const { text } = drafts.get(panel) ?? nothingWritten;
  const { query } = panel.reading;
  const partitions = query.partitions ?? panel.partitions ?? [];
  const place = { topic: panel.init.topic, partitions, selected: panel.selection.record };
  const target = goToTarget(text, place, (written) => parseTime(written, Date.now()));
  if (target.kind === "unclear") write(panel, { text, said: target.problem, missing: null });
  else await panel.attempt(() => lead(panel, text, target));
}

async function lead(panel: Panel, text: string, target: Exclude<GoTo, { kind: "unclear" }>): Promise<void> {
  const { rpc, selection } = panel;
  if (target.kind === "time") {
    const at = await rpc.call("locateTime", [String(target.ms)]);
    if (at === null) {
      write(panel, { text, said: "No message that is shown is of that time or later.", missing: null });
      return;
    }
    arrive(panel);
    selection.selectAt(at);
    panel.grid?.reveal(at);
    return;
  }
  const { topic, partition, offset } = target.record;
  const which = `Offset ${int(offset)} of partition ${partition}`;
  const seq = await rpc.call("find", [topic, partition, offset]);
  if (seq === null) write(panel, { text, said: `${which} is not kept.`, missing: target.record });
  else if ((await rpc.call("locate", [seq])) === null)
    write(panel, {
      text,
      said: `${which} is kept, but hidden by the filter, the time range or the key.`,
      missing: null,
    });
  else {
    arrive(panel);
    await selection.jump(seq);
  }
}

function arrive(panel: Panel): void {
  closePopup(ID);
  write(panel, nothingWritten);
  panel.grid?.focusRows();
}
