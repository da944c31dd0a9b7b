import { html, nothing, type TemplateResult } from "lit";
import { button } from "../ui/controls.ts";
import { closePopup } from "../ui/popup.ts";

/** An input beside a choice: Enter or "Read" takes it. */
export function entry(o: {
  label: string;
  /** "offset": digits, as many as an int64 has */
  type: "number" | "offset";
  value: string;
  min?: number;
  take(value: string): void;
}): TemplateResult {
  const take = (input: HTMLInputElement) => {
    if (input.value === "" || !input.checkValidity()) {
      input.reportValidity();
      return;
    }
    closePopup(input);
    o.take(o.type === "number" ? String(Number(input.value)) : input.value.replace(/^0+(?=\d)/, ""));
  };
  return html`<span class="entry">
    <input
      class="plain-input"
      type=${o.type === "number" ? "number" : "text"}
      inputmode="numeric"
      pattern=${o.type === "offset" ? "[0-9]{1,19}" : nothing}
      title=${o.type === "offset" ? "An offset: digits only" : nothing}
      aria-label=${o.label}
      .value=${o.value}
      min=${o.min ?? ""}
      step="1"
      required
      @keydown=${(e: KeyboardEvent) => {
        if (e.key === "Enter") {
          // the focus goes back to the chooser's button, which must not take this key for a click
          e.preventDefault();
          take(e.currentTarget as HTMLInputElement);
        }
        if (e.key.startsWith("Arrow")) e.stopPropagation();
      }}
    />
    ${button({
      label: `Read ${o.label.toLowerCase()}`,
      icon: "arrow-right",
      iconOnly: true,
      onClick: () => {
        const input = document.querySelector<HTMLInputElement>(`:popover-open input[aria-label="${o.label}"]`);
        if (input) take(input);
      },
    })}
  </span>`;
}

/** Leads to the input beside a choice. */
export const focusEntry = (e: Event): void =>
  (e.currentTarget as HTMLElement).closest(".choice")?.querySelector<HTMLInputElement>("input")?.focus();

/** The same for a choice whose inputs stand below it. */
export const focusPart = (e: Event): void =>
  (e.currentTarget as HTMLElement).closest(".chooser-part")?.querySelector<HTMLElement>("input")?.focus();

/** Leads into what a choice has just opened, once it is drawn. */
export const focusOpened = (id: string): void => {
  requestAnimationFrame(() =>
    requestAnimationFrame(() =>
      document.getElementById(id)?.querySelector<HTMLElement>("input, vscode-text-field")?.focus(),
    ),
  );
};
