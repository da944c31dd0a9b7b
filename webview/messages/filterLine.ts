import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { type Filter, type FilterPart, type FilterProblem, isNarrowed } from "../../src/shared/messages.ts";
import { type CelToken, celTokens } from "../ui/celTokens.ts";
import { button, dropdown } from "../ui/controls.ts";
import { excerpt } from "../ui/excerpt.ts";
import { int, rate } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { choice, closePopup, popup } from "../ui/popup.ts";
import type { Completion } from "./filterCompletion.ts";
import type { Filtering } from "./filtering.ts";
import type { Panel } from "./panel.ts";

const kinds: readonly { value: Filter["kind"]; label: string; placeholder: string }[] = [
  { value: "contains", label: "Contains", placeholder: "Find a text" },
  { value: "regex", label: "Regex", placeholder: "Find a regular expression" },
  { value: "cel", label: "CEL", placeholder: 'An expression, such as value.status == "paid"' },
];

/** One line: how to look, for what, where, and what it found. */
export function filterLine(panel: Panel): TemplateResult {
  const { filtering } = panel;
  const { draft, problem } = filtering;
  const colored = draft.kind === "cel" && draft.text !== "" && fits();
  const kind = kinds.find(({ value }) => value === draft.kind)!;
  return html`<div class="filter-line" role="search" aria-label="Filter">
      ${dropdown({
        label: "Kind of filter",
        value: draft.kind,
        options: kinds,
        class: "filter-kind",
        onChange: (value) => filtering.change({ kind: value }),
      })}
      <div class=${`filter-box ${problem ? "invalid" : ""}`}>
        <input
          id="filter-input"
          class="plain-input filter-input"
          type="text"
          spellcheck="false"
          autocomplete="off"
          role="combobox"
          aria-label=${`Filter: ${kind.label}`}
          aria-expanded=${filtering.completions.length > 0}
          aria-controls="filter-completions"
          aria-autocomplete=${draft.kind === "cel" ? "list" : "none"}
          aria-activedescendant=${filtering.completions.length > 0 ? `completion-${filtering.chosen}` : nothing}
          aria-invalid=${problem ? "true" : nothing}
          aria-describedby=${problem ? "filter-problem" : nothing}
          data-colored=${colored ? "" : nothing}
          placeholder=${kind.placeholder}
          .value=${live(draft.text)}
          @input=${(e: Event) => {
            const input = e.target as HTMLInputElement;
            filtering.type(input.value, input.selectionStart ?? input.value.length);
          }}
          @keydown=${(e: KeyboardEvent) => onKey(panel, e)}
          @blur=${() => filtering.closeCompletions()}
        />
        ${colored ? expression(draft.text, problem) : nothing}
        ${draft.kind === "cel" ? nothing : textOptions(filtering)} ${completionList(filtering)}
      </div>
      ${scopeChooser(filtering)} ${beginning(panel)}
      ${
        draft.text === "" && !filtering.active
          ? nothing
          : button({ label: "Clear the filter", icon: "close", iconOnly: true, onClick: () => filtering.clear() })
      }
      ${savedFilters(panel)} ${found(panel)}
    </div>
    ${problem ? problemLine(draft.text, problem) : nothing}`;
}

const filterInput = (): HTMLInputElement | null => document.querySelector<HTMLInputElement>("#filter-input");

/** The text does not scroll in its box, so that what is drawn over it lies where it is. */
function fits(): boolean {
  const input = filterInput();
  return input !== null && input.scrollWidth <= input.clientWidth;
}

/** An expression in colours, drawn over the box, with a wave under the characters that are wrong. */
function expression(text: string, problem: FilterProblem | null): TemplateResult {
  const wrong = (token: CelToken): boolean =>
    problem !== null &&
    problem.at !== null &&
    token.at < problem.at + Math.max(1, problem.length) &&
    token.at + token.text.length > problem.at;
  return html`<div class="filter-overlay" aria-hidden="true">${celTokens(text).map(
    (token) => html`<span class=${`cel-${token.kind} ${wrong(token) ? "wrong" : ""}`}>${token.text}</span>`,
  )}</div>`;
}

function onKey(panel: Panel, e: KeyboardEvent): void {
  const { filtering } = panel;
  const input = e.target as HTMLInputElement;
  const open = filtering.completions.length > 0;
  if (open && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
    e.preventDefault();
    filtering.choose(e.key === "ArrowDown" ? 1 : -1);
  } else if (open && (e.key === "Tab" || e.key === "Enter") && !e.shiftKey) {
    e.preventDefault();
    accept(filtering, input, filtering.completions[filtering.chosen]);
  } else if (open && e.key === "Escape") {
    e.preventDefault();
    filtering.closeCompletions();
  } else if (e.key === " " && e.ctrlKey) {
    e.preventDefault();
    void filtering.complete(input.value, input.selectionStart ?? input.value.length, true);
  } else if (e.key === "Enter") {
    e.preventDefault();
    void filtering.apply();
  } else if (e.key === "Escape") {
    // to read a topic anew takes more than a key that only means "away"
    if (filtering.draft.text !== "" && filtering.draft.scope === "topic") filtering.empty();
    else if (filtering.draft.text !== "") filtering.clear();
    else panel.grid?.focusRows();
  } else if (e.key === "ArrowDown") {
    e.preventDefault();
    panel.grid?.focusRows();
  }
}

function accept(filtering: Filtering, input: HTMLInputElement, completion: Completion | undefined): void {
  if (!completion) return;
  const { from, to, text, back } = completion;
  const whole = input.value.slice(0, from) + text + input.value.slice(to);
  input.value = whole;
  const caret = from + text.length - back;
  input.setSelectionRange(caret, caret);
  filtering.change({ text: whole });
  filtering.closeCompletions();
}

function completionList(filtering: Filtering): TemplateResult {
  return html`<div
    id="filter-completions"
    class="completions"
    role="listbox"
    aria-label="Completions"
    ?hidden=${filtering.completions.length === 0}
    .style=${`left: clamp(0px, calc(${filtering.completions[0]?.from ?? 0}ch - ${filterInput()?.scrollLeft ?? 0}px), calc(100% - 260px))`}
  >
    ${filtering.completions.map(
      (c, i) => html`<div
        id=${`completion-${i}`}
        role="option"
        class="completion"
        aria-selected=${i === filtering.chosen}
        @mousedown=${(e: MouseEvent) => {
          e.preventDefault();
          const input = filterInput();
          if (input) accept(filtering, input, c);
        }}
      >
        <span class="completion-text">${c.label}</span><span class="completion-hint">${c.hint}</span>
      </div>`,
    )}
  </div>`;
}

const partNames: readonly (readonly [FilterPart, string])[] = [
  ["key", "Key"],
  ["value", "Value"],
  ["headers", "Headers"],
];

function textOptions(filtering: Filtering): TemplateResult {
  const { caseSensitive, parts } = filtering.draft;
  return html`<span class="filter-options">
    ${button({
      label: "Match case",
      icon: "case-sensitive",
      iconOnly: true,
      pressed: caseSensitive,
      onClick: () => filtering.change({ caseSensitive: !caseSensitive }),
    })}
    ${partNames.map(([part, name]) => {
      const on = parts.includes(part);
      return html`<button
        type="button"
        class="part-toggle"
        aria-pressed=${on}
        title=${`Look in the ${name.toLowerCase()}`}
        @click=${() => {
          const next = partNames.map(([p]) => p).filter((p) => (p === part ? !on : parts.includes(p)));
          // nowhere to look would find nothing
          if (next.length > 0) filtering.change({ parts: next });
        }}
      >
        ${name}
      </button>`;
    })}
  </span>`;
}

function scopeChooser(filtering: Filtering): TemplateResult {
  const { scope } = filtering.draft;
  const choose = (next: typeof scope) => (e: Event) => {
    closePopup(e.currentTarget);
    if (next === scope) return;
    filtering.change({ scope: next });
    if (filtering.filter || filtering.schema) void filtering.apply();
  };
  return popup({
    id: "choose-scope",
    label: "In",
    value: scope === "kept" ? "kept messages" : "the topic",
    title: "What the filter is applied to",
    dialog: "Apply the filter to",
    content: html`<div role="radiogroup" aria-label="Apply the filter to">
      ${choice({
        label: "Kept messages",
        hint: "what this panel holds, and what still arrives: at once",
        checked: scope === "kept",
        onChoose: choose("kept"),
      })}
      ${choice({
        label: "The topic",
        hint: "reads it, and keeps only what matches, however much there is",
        checked: scope === "topic",
        onChoose: choose("topic"),
      })}
    </div>`,
  });
}

/** Whether a search of the topic reads all of it, where the query only reads the newest messages. */
function beginning(panel: Panel): TemplateResult | typeof nothing {
  const { filtering, reading } = panel;
  const { from } = reading.query;
  if (filtering.draft.scope !== "topic" || (from.kind !== "last" && from.kind !== "latest")) return nothing;
  return button({
    label: "From the beginning",
    pressed: filtering.fromBeginning,
    title: filtering.fromBeginning
      ? "The search reads the whole topic, then goes on live"
      : `The search reads ${from.kind === "last" ? `the last ${int(from.count)} messages` : "new messages"} only`,
    onClick: () => {
      filtering.fromBeginning = !filtering.fromBeginning;
      panel.changed();
    },
  });
}

/** Ctrl+F or Cmd+F anywhere in the panel leads to the filter. */
export function filterKey(e: KeyboardEvent): void {
  if (!(e.ctrlKey || e.metaKey) || e.shiftKey || e.altKey || e.key.toLowerCase() !== "f") return;
  const input = filterInput();
  if (!input) return;
  e.preventDefault();
  input.focus();
  input.select();
}

const textOf = (filter: Filter): string =>
  filter.kind === "cel" ? filter.expression : filter.kind === "regex" ? `/${filter.pattern}/` : `“${filter.text}”`;

function savedFilters(panel: Panel): TemplateResult {
  const { filtering } = panel;
  const { lists } = filtering;
  const use = (filter: Filter) => (e: Event) => {
    closePopup(e.currentTarget);
    filtering.use(filter);
  };
  return html`<span @focusin=${() => filtering.lists ?? filtering.loadLists()}>${popup({
    id: "saved-filters",
    label: "Filters",
    value: "",
    icon: "star-empty",
    title: "Saved and recent filters",
    dialog: "Saved and recent filters",
    content: html`<div class="popup-actions">
        ${button({
          label: "Save…",
          icon: "save",
          disabled: !filtering.filter,
          title: filtering.filter ? "Save this filter by a name" : "Write a filter first",
          onClick: () => {
            closePopup("saved-filters");
            filtering.save();
          },
        })}
      </div>
      ${
        lists && lists.saved.length > 0
          ? html`<h2 class="popup-title">Saved</h2>
            ${lists.saved.map(
              ({ name, scope, filter }) => html`<div class="saved-filter">
                <button type="button" class="choice-button popup-item" title=${textOf(filter)} @click=${use(filter)}>
                  <span class="choice-text"
                    ><span>${name}</span><span class="choice-hint">${textOf(filter)}${scope === "workspace" ? " · this workspace" : ""}</span></span
                  >
                </button>
                ${button({
                  label: `Delete the filter ${name}`,
                  icon: "trash",
                  iconOnly: true,
                  onClick: () => filtering.remove(name, scope),
                })}
              </div>`,
            )}`
          : nothing
      }
      ${
        lists && lists.recent.length > 0
          ? html`<h2 class="popup-title">Recent</h2>
            ${lists.recent.map(
              (filter) => html`<button type="button" class="choice-button popup-item" @click=${use(filter)}>
                <span class="choice-text">${textOf(filter)}</span>
              </button>`,
            )}`
          : nothing
      }
      ${lists && lists.saved.length + lists.recent.length === 0 ? html`<p class="dim popup-note">No filter was used yet.</p>` : nothing}`,
  })}</span>`;
}

/** What a filter found, of how much, and how fast. */
function found(panel: Panel): TemplateResult | typeof nothing {
  const { status, query, view } = panel.reading;
  if (!status) return nothing;
  const kept = status.nextSeq - status.firstSeq;
  const narrowed = isNarrowed(view);
  const shown = status.view.next - status.view.first;
  const problems = view.filter ? status.view.problems : status.filterProblems;
  return html`<span class="found" role="group" aria-label="Found">
    ${
      query.filter || query.schema
        ? html`<span>${int(status.matched)} of ${int(status.scanned)}</span>${status.rate > 0 ? html`<span class="dim">· ${rate(status.rate)}</span>` : nothing}`
        : nothing
    }
    ${narrowed ? html`<span>${int(shown)} of ${int(kept)} shown</span>` : nothing}
    ${
      problems.count > 0 && (view.filter || query.filter)
        ? html`<span class="figure attention" title=${`The filter could not be applied to them, for example: ${problems.example ?? ""}`}
            >${icon("warning")} ${int(problems.count)} not applicable</span
          >`
        : nothing
    }
    ${panel.filtering.waiting && panel.filtering.filter && !panel.filtering.problem ? html`<kbd>Enter</kbd>` : nothing}
  </span>`;
}

/** The sentence, and the characters that are meant. */
function problemLine(
  text: string,
  { message, at, length }: { message: string; at: number | null; length: number },
): TemplateResult {
  const around = at === null ? null : excerpt(text, at, length);
  return html`<div id="filter-problem" class="filter-problem" role="alert">
    ${icon("error")}<span>${message}</span>
    ${
      around === null
        ? nothing
        : html`<code class="excerpt" aria-label=${`At character ${around.character}`}
            >${around.before}<mark>${around.marked || "␣"}</mark>${around.after}</code
          >`
    }
  </div>`;
}
