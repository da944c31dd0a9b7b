import { html, nothing, render, type TemplateResult } from "lit";
import { icon } from "./icon.ts";

export interface MenuItem {
  label: string;
  icon?: string;
  /** keys that do the same, as ARIA names them: "Control+C", "Alt+ArrowDown" */
  keys?: string;
  disabled?: boolean;
  /** a line above it */
  group?: boolean;
  run(): void;
}

let host: HTMLElement | null = null;

/** Opens a context menu at a point of the window; focus comes back to where it was when it closes. */
export function openMenu(label: string, items: readonly MenuItem[], x: number, y: number): void {
  closeMenu();
  const before = document.activeElement as HTMLElement | null;
  host = document.createElement("div");
  host.className = "menu-host";
  document.body.append(host);
  render(template(label, items, before), host);
  const menu = host.querySelector<HTMLElement>("[role=menu]")!;
  menu.showPopover();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(2, Math.min(x, window.innerWidth - width - 4))}px`;
  menu.style.top = `${Math.max(2, Math.min(y, window.innerHeight - height - 4))}px`;
  focusItem(menu, 0);
}

function closeMenu(): void {
  host?.remove();
  host = null;
}

function template(label: string, items: readonly MenuItem[], before: HTMLElement | null): TemplateResult {
  const leave = (): void => {
    closeMenu();
    before?.focus();
  };
  return html`<div
    class="menu"
    role="menu"
    popover="auto"
    aria-label=${label}
    @toggle=${(e: Event) => {
      if ((e as ToggleEvent).newState === "closed") closeMenu();
    }}
    @contextmenu=${(e: Event) => e.preventDefault()}
    @keydown=${(e: KeyboardEvent) => onKey(e, leave)}
  >
    ${items.map(
      (item) => html`${item.group ? html`<div class="menu-line" role="separator"></div>` : nothing}
        <button
          type="button"
          role="menuitem"
          class="menu-item"
          tabindex="-1"
          aria-disabled=${item.disabled ? "true" : nothing}
          aria-keyshortcuts=${item.keys ?? nothing}
          @click=${() => {
            if (item.disabled) return;
            leave();
            item.run();
          }}
        >
          ${icon(item.icon ?? "blank")}<span class="menu-label">${item.label}</span>${
            item.keys ? html`<span class="menu-keys" aria-hidden="true">${keysText(item.keys)}</span>` : nothing
          }
        </button>`,
    )}
  </div>`;
}

const mac = /Mac/.test(navigator.platform);

/** Keys as they are written on the user's keyboard. */
function keysText(keys: string): string {
  const words = keys
    .replace("Control", mac ? "⌘" : "Ctrl")
    .replace("Alt", mac ? "⌥" : "Alt")
    .replace("Arrow", "");
  return mac ? words.replaceAll("+", "").replace("Down", "↓").replace("Up", "↑") : words;
}

function focusItem(menu: HTMLElement, index: number): void {
  const all = [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
  all[(index + all.length) % all.length]?.focus();
}

function onKey(e: KeyboardEvent, leave: () => void): void {
  const menu = e.currentTarget as HTMLElement;
  const all = [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
  if (to !== undefined) focusItem(menu, to);
  else if (e.key === "Escape" || e.key === "Tab") leave();
  else if (e.key.length === 1 && /\S/.test(e.key)) {
    const letter = e.key.toLowerCase();
    const from = at + 1;
    const found = [...all.slice(from), ...all.slice(0, from)].find((item) =>
      item.querySelector(".menu-label")?.textContent?.trim().toLowerCase().startsWith(letter),
    );
    found?.focus();
  } else return;
  e.preventDefault();
  e.stopPropagation();
}
