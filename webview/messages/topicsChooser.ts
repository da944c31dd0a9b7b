import { html, nothing, type TemplateResult } from "lit";
import { messageOf } from "../../src/shared/userError.ts";
import { button, progressRing, textField } from "../ui/controls.ts";
import { count, int } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { closePopup, popup } from "../ui/popup.ts";
import type { Panel } from "./panel.ts";

interface Topics {
  names: string[] | null;
  problem: string | null;
  wanted: string;
  ticked: Set<string>;
  pattern: string;
}

const states = new WeakMap<Panel, Topics>();
/** more are found by typing */
const most = 200;

/** What is read, by name; leads to other topics of the cluster, several together, or all whose name a regular expression matches. */
export function topicsChooser(panel: Panel): TemplateResult {
  return html`<span @focusin=${() => states.has(panel) || void load(panel)}>${popup({
    id: "choose-topics",
    label: "Topic",
    value: panel.init.name,
    title: "Read other topics",
    dialog: "Open topics",
    content: content(panel, states.get(panel)),
  })}</span>`;
}

async function load(panel: Panel): Promise<void> {
  const { topics, pattern } = panel.reading.query;
  const state: Topics = { names: null, problem: null, wanted: "", ticked: new Set(topics), pattern: pattern ?? "" };
  states.set(panel, state);
  try {
    state.names = await panel.rpc.call("topics", []);
  } catch (error) {
    state.problem = messageOf(error);
  }
  panel.changed();
}

/** Which names a pattern matches whole; null when it is not a regular expression. */
function matched(names: readonly string[], pattern: string): string[] | null {
  if (pattern === "") return [];
  try {
    const whole = new RegExp(`^(?:${pattern})$`);
    return names.filter((name) => whole.test(name));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

function content(panel: Panel, state: Topics | undefined): TemplateResult {
  if (state?.problem)
    return html`<p class="chooser-said error-text" role="alert">${state.problem}</p>
      <div class="popup-actions">${button({ label: "Try again", onClick: () => void load(panel) })}</div>`;
  if (!state?.names) return html`<div class="popup-actions">${progressRing("Asking for the topics")}</div>`;
  const { names, ticked, pattern, wanted } = state;
  const found = names.filter((name) => name.toLowerCase().includes(wanted.toLowerCase()));
  const byPattern = matched(names, pattern);
  const open = () => {
    if (byPattern === null || (ticked.size === 0 && pattern === "")) return;
    // the next time it opens it starts from what this panel reads
    states.delete(panel);
    closePopup("choose-topics");
    const choice = { topics: [...ticked].sort(), pattern: pattern === "" ? null : pattern };
    void panel.attempt(() => panel.rpc.call("openTopics", [choice]));
  };
  const onEnter = (e: KeyboardEvent) => {
    if (e.key !== "Enter") return;
    e.preventDefault();
    open();
  };
  return html`<div class="chooser-body topics">
    ${textField({
      label: "Find a topic",
      value: wanted,
      placeholder: `Find among ${int(names.length)}`,
      class: "wide",
      onInput: (text) => {
        state.wanted = text;
        panel.changed();
      },
      onKey: onEnter,
    })}
    <div class="name-list" role="group" aria-label="Topics">
      ${found.slice(0, most).map(
        (name) => html`<button
          type="button"
          class="tick popup-item"
          role="checkbox"
          aria-checked=${ticked.has(name)}
          @click=${() => {
            if (!ticked.delete(name)) ticked.add(name);
            panel.changed();
          }}
        >
          ${icon(ticked.has(name) ? "check" : "blank", "tick-box")}<span class="tick-name">${name}</span>
        </button>`,
      )}
    </div>
    ${found.length > most ? html`<p class="chooser-said dim">and ${int(found.length - most)} more: type to find them</p>` : nothing}
    ${found.length === 0 ? html`<p class="chooser-said dim">No topic has “${wanted}” in its name.</p>` : nothing}
    ${textField({
      label: "Regular expression",
      value: pattern,
      placeholder: "or a regular expression: orders\\..*",
      class: "wide",
      invalid: byPattern === null,
      onInput: (text) => {
        state.pattern = text;
        panel.changed();
      },
      onKey: onEnter,
    })}
    <p class=${`chooser-said ${byPattern === null ? "error-text" : "dim"}`} role="status">${
      byPattern === null
        ? "This is not a regular expression."
        : pattern === ""
          ? "A regular expression has to match the whole name."
          : `Matches ${count(byPattern.length, "topic")} now, and those that appear later.`
    }</p>
    <div class="popup-actions">
      ${button({
        label: "None",
        disabled: ticked.size === 0,
        onClick: () => {
          ticked.clear();
          panel.changed();
        },
      })}
      ${button({
        label: ticked.size > 1 ? `Open ${ticked.size} topics together` : "Open",
        look: "primary",
        disabled: byPattern === null || (ticked.size === 0 && pattern === ""),
        title: "Opens a panel that reads them",
        onClick: open,
      })}
    </div>
  </div>`;
}
