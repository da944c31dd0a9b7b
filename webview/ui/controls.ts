import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "./icon.ts";

/**
 * The only file that knows @vscode/webview-ui-toolkit, which is archived: everything else asks for a control by what it is.
 * Each function is a template; each control has an accessible name.
 */
provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeTextField(),
);

export interface ButtonOptions {
  /** the accessible name, and the text unless `iconOnly` */
  label: string;
  icon?: string;
  look?: "primary" | "secondary";
  iconOnly?: boolean;
  /** the tooltip; default: the label of an icon-only button */
  title?: string;
  disabled?: boolean;
  pressed?: boolean;
  class?: string;
  onClick(): void;
}

/** The toolkit does not look at the attribute, and its inner button, which is what screen readers see, takes the property only. */
const pressed = (o: ButtonOptions): string | null => (o.pressed === undefined ? null : String(o.pressed));

export function button(o: ButtonOptions): TemplateResult {
  if (o.iconOnly) {
    return html`<vscode-button
      appearance="icon"
      class=${`icon-button ${o.class ?? ""}`}
      aria-label=${o.label}
      aria-pressed=${o.pressed ?? nothing}
      .ariaPressed=${pressed(o)}
      title=${o.title ?? o.label}
      ?disabled=${o.disabled}
      @click=${o.onClick}
      >${icon(o.icon ?? "circle-outline")}</vscode-button
    >`;
  }
  return html`<vscode-button
    appearance=${o.look ?? "secondary"}
    class=${o.class ?? ""}
    aria-label=${o.label}
    aria-pressed=${o.pressed ?? nothing}
    .ariaPressed=${pressed(o)}
    title=${o.title ?? nothing}
    ?disabled=${o.disabled}
    @click=${o.onClick}
    >${o.icon ? html`<span slot="start" class="slot-icon">${icon(o.icon)}</span>` : nothing}${o.label}</vscode-button
  >`;
}

export interface TextFieldOptions {
  label: string;
  value: string;
  placeholder?: string;
  disabled?: boolean;
  invalid?: boolean;
  class?: string;
  onInput(value: string): void;
  onKey?(event: KeyboardEvent): void;
}

/** A one-line field; `label` is its accessible name (not drawn: the toolkit takes the name from its content). */
export function textField(o: TextFieldOptions): TemplateResult {
  return html`<vscode-text-field
    class=${o.class ?? ""}
    aria-invalid=${o.invalid ? "true" : nothing}
    placeholder=${o.placeholder ?? ""}
    ?disabled=${o.disabled}
    .value=${live(o.value)}
    @input=${(e: Event) => o.onInput((e.target as HTMLInputElement).value)}
    @keydown=${(e: KeyboardEvent) => o.onKey?.(e)}
    >${o.label}</vscode-text-field
  >`;
}

export function dropdown<T extends string>(o: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  class?: string;
  onChange(value: T): void;
}): TemplateResult {
  return html`<vscode-dropdown
    class=${o.class ?? ""}
    aria-label=${o.label}
    .value=${live(o.value)}
    @change=${(e: Event) => o.onChange((e.target as HTMLSelectElement).value as T)}
    >${repeat(
      o.options,
      // the toolkit takes an option's name when it is made: one that changed its text would keep the old name
      (x) => `${x.value}\n${x.label}`,
      (x) => html`<vscode-option value=${x.value} ?selected=${x.value === o.value}>${x.label}</vscode-option>`,
    )}</vscode-dropdown
  >`;
}

export function checkbox(o: {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChange(checked: boolean): void;
}): TemplateResult {
  return html`<vscode-checkbox
    ?disabled=${o.disabled}
    .checked=${live(o.checked)}
    @change=${(e: Event) => {
      const checked = (e.target as HTMLInputElement).checked;
      // the toolkit's checkbox also says "change" when it is set from outside
      if (checked !== o.checked) o.onChange(checked);
    }}
    >${o.label}</vscode-checkbox
  >`;
}

/** Something takes its time. Not the toolkit's ring: that one carries a style attribute, which the content security policy blocks. */
export const progressRing = (label: string): TemplateResult =>
  html`<span class="ring codicon codicon-loading" role="progressbar" aria-label=${label}></span>`;
