import { html, nothing, type TemplateResult } from "lit";

export interface Tab {
  id: string;
  title: string;
  /** shown after the title */
  count?: number;
  /** something is wrong in there: said in words for who cannot see the mark */
  warning?: string | undefined;
}

/** A row of tabs: arrows move and choose, Home and End go to the ends. The panel is `${name}-panel`. */
export function tabs(
  name: string,
  label: string,
  list: readonly Tab[],
  chosen: string,
  onChoose: (id: string) => void,
): TemplateResult {
  const onKey = (e: KeyboardEvent) => {
    const at = list.findIndex((t) => t.id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: list.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    const tab = list[(to + list.length) % list.length];
    if (!tab) return;
    onChoose(tab.id);
    const row = e.currentTarget as HTMLElement;
    row.querySelector<HTMLElement>(`[data-tab="${tab.id}"]`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${onKey}>
    ${list.map(
      (t) => html`<button
        type="button"
        role="tab"
        id=${`${name}-tab-${t.id}`}
        class="tab"
        data-tab=${t.id}
        aria-selected=${t.id === chosen}
        aria-controls=${`${name}-panel`}
        tabindex=${t.id === chosen ? 0 : -1}
        @click=${() => onChoose(t.id)}
      >
        ${t.title}${t.count === undefined ? nothing : html` <span class="tab-count">${t.count}</span>`}${
          t.warning
            ? html`<span class="codicon codicon-warning tab-warning" role="img" aria-label=${t.warning}></span>`
            : nothing
        }
      </button>`,
    )}
  </div>`;
}
