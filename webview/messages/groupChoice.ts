import { html, nothing, type TemplateResult } from "lit";
import { messageOf } from "../../src/shared/userError.ts";
import { button, progressRing, textField } from "../ui/controls.ts";
import { int } from "../ui/format.ts";
import { choice, closePopup } from "../ui/popup.ts";
import { focusOpened } from "./chooserEntry.ts";
import type { Panel } from "./panel.ts";

interface Groups {
  /** null while they are asked for */
  names: string[] | null;
  problem: string | null;
  wanted: string;
}

const open = new WeakMap<Panel, Groups>();
/** more are found by typing */
const most = 100;

/** The committed offsets of a consumer group, which is only asked for them. */
export function groupChoice(panel: Panel): TemplateResult {
  const { from } = panel.reading.query;
  const groups = open.get(panel);
  return html`<div class="chooser-part">
    ${choice({
      label: "Consumer group",
      hint: "where it has committed; the group is not joined, and nothing is committed",
      checked: from.kind === "group",
      onChoose: () => {
        if (groups) open.delete(panel);
        else void load(panel);
        panel.changed();
      },
    })}
    ${groups ? list(panel, groups) : nothing}
  </div>`;
}

async function load(panel: Panel): Promise<void> {
  const groups: Groups = { names: null, problem: null, wanted: "" };
  open.set(panel, groups);
  try {
    groups.names = await panel.rpc.call("groups", []);
    focusOpened("groups-part");
  } catch (error) {
    groups.problem = messageOf(error);
  }
  panel.changed();
}

function list(panel: Panel, groups: Groups): TemplateResult {
  if (groups.problem !== null)
    return html`<div class="chooser-body" role="alert">
      <p class="chooser-said error-text">${groups.problem}</p>
      <div class="popup-actions">${button({ label: "Try again", onClick: () => void load(panel) })}</div>
    </div>`;
  if (!groups.names) return html`<div class="chooser-body">${progressRing("Asking for the consumer groups")}</div>`;
  const { from } = panel.reading.query;
  const found = groups.names.filter((name) => name.toLowerCase().includes(groups.wanted.toLowerCase()));
  const read = (group: string) => {
    open.delete(panel);
    closePopup("choose-from");
    panel.reading.start({ from: { kind: "group", group } });
  };
  return html`<div id="groups-part" class="chooser-body">
    ${
      groups.names.length === 0
        ? html`<p class="chooser-said dim">This cluster has no consumer groups.</p>`
        : textField({
            label: "Find a group",
            value: groups.wanted,
            placeholder: `Find among ${int(groups.names.length)}`,
            class: "wide",
            onInput: (wanted) => {
              groups.wanted = wanted;
              panel.changed();
            },
            onKey: (e) => {
              if (e.key !== "Enter" || found.length !== 1) return;
              e.preventDefault();
              read(found[0]!);
            },
          })
    }
    <div class="name-list" role="radiogroup" aria-label="Consumer groups">
      ${found.slice(0, most).map((name) =>
        choice({
          label: name,
          checked: from.kind === "group" && from.group === name,
          reachable: true,
          onChoose: () => read(name),
        }),
      )}
    </div>
    ${found.length > most ? html`<p class="chooser-said dim">and ${int(found.length - most)} more: type to find them</p>` : nothing}
    ${groups.names.length > 0 && found.length === 0 ? html`<p class="chooser-said dim">No group has “${groups.wanted}” in its name.</p>` : nothing}
  </div>`;
}
