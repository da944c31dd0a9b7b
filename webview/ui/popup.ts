import { html, nothing, type TemplateResult } from "lit";
import { icon } from "./icon.ts";

export interface PopupOptions {
  id: string;
  /** what is chosen here; the accessible name is `label: value` */
  label: string;
  /** "": there is nothing to say beside the label */
  value: string;
  /** stands before the label, and for it where the panel is narrow */
  icon?: string;
  /** the label is heard, not seen: it stands beside the button already */
  hideLabel?: boolean;
  title: string;
  /** name of the dialog */
  dialog: string;
  content: TemplateResult;
  onOpen?(): void;
  onClose?(): void;
}

/**
 * A button that says what is chosen, and a dialog below it to choose otherwise. The platform's popover does the light dismissal, Escape and the
 * top layer; the place comes from the button's rectangle.
 */
export function popup(o: PopupOptions): TemplateResult {
  return html`<button
      type="button"
      id=${`${o.id}-button`}
      class=${`chooser ${o.icon ? "with-icon" : ""}`}
      popovertarget=${o.id}
      aria-haspopup="dialog"
      aria-label=${o.value === "" ? o.label : `${o.label}: ${o.value}`}
      title=${o.title}
    >
      ${o.icon ? icon(o.icon) : nothing}${o.hideLabel ? nothing : html`<span class="chooser-label">${o.label}</span> `}<span class="chooser-value">${o.value}</span>${icon("chevron-down")}
    </button>
    <div
      id=${o.id}
      class="popup"
      popover="auto"
      role="dialog"
      aria-label=${o.dialog}
      @beforetoggle=${place}
      @toggle=${(e: Event) => {
        focusChosen(e);
        if ((e as ToggleEvent).newState === "open") o.onOpen?.();
        else o.onClose?.();
      }}
      @keydown=${arrows}
    >
      ${o.content}
    </div>`;
}

/** Closes the popup that an element is in, or that has the id; focus goes back to its button. */
export function closePopup(of: string | EventTarget | null): void {
  const el =
    typeof of === "string" ? document.getElementById(of) : (of as Element | null)?.closest<HTMLElement>("[popover]");
  if (el?.matches(":popover-open")) el.hidePopover();
}

function place(e: Event): void {
  if ((e as ToggleEvent).newState !== "open") return;
  const panel = e.currentTarget as HTMLElement;
  const button = document.getElementById(`${panel.id}-button`)?.getBoundingClientRect();
  if (!button) return;
  panel.style.top = `${button.bottom + 2}px`;
  panel.style.left = `${Math.max(4, button.left)}px`;
  panel.style.maxHeight = `${window.innerHeight - button.bottom - 12}px`;
  requestAnimationFrame(() => {
    // what does not fit below the button goes up as far as it has to
    const hidden = panel.scrollHeight - panel.clientHeight;
    if (hidden > 0) {
      const top = Math.max(8, button.bottom + 2 - hidden);
      panel.style.top = `${top}px`;
      panel.style.maxHeight = `${window.innerHeight - top - 10}px`;
    }
    const over = panel.getBoundingClientRect().right - (window.innerWidth - 4);
    if (over > 0) panel.style.left = `${Math.max(4, button.left - over)}px`;
  });
}

function focusChosen(e: Event): void {
  if ((e as ToggleEvent).newState !== "open") return;
  const panel = e.currentTarget as HTMLElement;
  (
    panel.querySelector<HTMLElement>("[aria-checked=true]") ??
    panel.querySelector<HTMLElement>("[role=radio], button, vscode-button")
  )?.focus();
}

const walked = "[role=radio], [role=checkbox], [role=menuitemcheckbox], .choice-button, .popup-item";

/** Up and down walk through the choices, a letter goes to the next one that begins with it. */
function arrows(e: KeyboardEvent): void {
  const panel = e.currentTarget as HTMLElement;
  const items = [...panel.querySelectorAll<HTMLElement>(walked)];
  const at = items.indexOf((e.target as HTMLElement).closest<HTMLElement>(walked) as HTMLElement);
  if (at < 0) return;
  const next = nextOf(e, items, at);
  if (next === null) return;
  e.preventDefault();
  items[next]?.focus();
}

function nextOf(e: KeyboardEvent, items: readonly HTMLElement[], at: number): number | null {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (step) return (at + step + items.length) % items.length;
  if (e.key === "Home") return 0;
  if (e.key === "End") return items.length - 1;
  if (e.key.length !== 1 || e.key === " " || e.ctrlKey || e.metaKey || e.altKey) return null;
  const letter = e.key.toLowerCase();
  for (let i = 1; i <= items.length; i++) {
    const one = (at + i) % items.length;
    if (items[one]?.textContent?.trim().toLowerCase().startsWith(letter)) return one;
  }
  return null;
}

export interface Choice {
  label: string;
  /** said below the label */
  hint?: string;
  checked: boolean;
  /** reached by Tab also when it is not chosen: one of a list of its own */
  reachable?: boolean;
  /** an input that belongs to the choice, beside it */
  extra?: TemplateResult;
  onChoose(e: Event): void;
}

/** One of several: what a radio button is, with the look of a menu. */
export function choice(c: Choice): TemplateResult {
  return html`<div class="choice">
    <button
      type="button"
      role="radio"
      class="choice-button"
      aria-checked=${c.checked}
      tabindex=${c.checked || c.reachable ? 0 : -1}
      @click=${c.onChoose}
    >
      ${icon(c.checked ? "check" : "blank", "choice-mark")}<span class="choice-text"
        ><span>${c.label}</span>${c.hint ? html`<span class="choice-hint">${c.hint}</span>` : ""}</span
      >
    </button>
    ${c.extra ?? ""}
  </div>`;
}
