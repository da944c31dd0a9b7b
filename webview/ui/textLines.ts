import { jsonTokens, timeHint } from "./jsonTokens.ts";
import { appendText } from "./plainText.ts";
import { PIECE_CHARS, type TextPiece, textPieces } from "./textPieces.ts";

/** pixels beyond the visible part in which pieces are drawn */
const AHEAD = 800;

/**
 * A text by lines, wrapped under their own indentation; with `json`, coloured by its tokens. Of a text of any size only what is on screen and a little
 * around it is in the page: the rest are empty boxes of about the height that it will have, and the browser keeps in place what is looked at.
 */
export class TextLines extends HTMLElement {
  #text = "";
  #json = false;
  #maxLines = 0;
  #stale = false;
  #pieces: TextPiece[] = [];
  #seen: IntersectionObserver | null = null;

  set text(text: string) {
    if (text !== this.#text) this.#change(() => (this.#text = text));
  }
  set json(json: boolean) {
    if (json !== this.#json) this.#change(() => (this.#json = json));
  }
  /** lines that are shown at most */
  set maxLines(lines: number) {
    if (lines !== this.#maxLines) this.#change(() => (this.#maxLines = lines));
  }

  connectedCallback(): void {
    this.#change(() => {});
  }

  disconnectedCallback(): void {
    this.#seen?.disconnect();
    this.#seen = null;
  }

  #change(set: () => void): void {
    set();
    if (this.#stale) return;
    this.#stale = true;
    // all of it is set before it is drawn
    queueMicrotask(() => {
      this.#stale = false;
      if (this.isConnected) this.#build();
    });
  }

  #build(): void {
    const former = this.#pieces;
    this.#pieces = textPieces(this.#text, this.#maxLines);
    this.#seen?.disconnect();
    this.#seen = new IntersectionObserver((entries) => this.#draw(entries), {
      root: this.closest(".pane-body"),
      rootMargin: `${AHEAD}px 0px`,
    });
    const style = getComputedStyle(this);
    const rowHeight = Number.parseFloat(style.lineHeight) || 19;
    const charsPerRow = Math.max(20, this.clientWidth / (Number.parseFloat(style.fontSize) * 0.6 || 8));
    const boxes = this.#pieces.map((piece, i) => {
      const box = document.createElement("div");
      box.className = "piece";
      box.dataset["piece"] = String(i);
      const rows = Math.max(piece.lines, Math.ceil((piece.end - piece.start) / charsPerRow));
      box.style.height = `${Math.round(rows * rowHeight)}px`;
      return box;
    });
    // more of the same text: what is looked at is there at once
    const shown = former.length > 0 ? [...this.children].filter((box) => box.firstChild) : [];
    this.replaceChildren(...boxes);
    const first = boxes[0];
    if (first) this.#fill(first);
    for (const box of shown) {
      const again = boxes[Number((box as HTMLElement).dataset["piece"])];
      if (again) this.#fill(again);
    }
    for (const box of boxes) this.#seen.observe(box);
  }

  #draw(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const box = target as HTMLElement;
      if (isIntersecting) this.#fill(box);
      else if (box.firstChild && !holdsSelection(box)) {
        box.style.height = `${boundingClientRect.height}px`;
        box.replaceChildren();
      }
    }
  }

  #fill(box: HTMLElement): void {
    const piece = this.#pieces[Number(box.dataset["piece"])];
    if (!piece || box.firstChild) return;
    const lines = document.createDocumentFragment();
    for (const line of this.#text.slice(piece.start, piece.end).split("\n")) lines.append(codeLine(line, this.#json));
    box.replaceChildren(lines);
    box.style.height = "";
  }
}
customElements.define("kw-text", TextLines);

/** What is selected stays there to be copied. */
function holdsSelection(box: HTMLElement): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(box, true);
}

/** A line of a text, or of JSON in the colours of its tokens, as an element. */
function codeLine(line: string, json: boolean): HTMLElement {
  const element = document.createElement("div");
  element.className = json ? "line" : "line prose";
  const indent = Math.min(40, line.length - line.trimStart().length);
  element.style.setProperty("--indent", `${indent}ch`);
  // tokens of a very long line would be too many elements
  if (!json || line.length >= PIECE_CHARS) appendText(element, line);
  else {
    for (const token of jsonTokens(line)) {
      if (token.kind === "space") {
        element.append(token.text);
        continue;
      }
      const span = document.createElement("span");
      span.className = `t-${token.kind}`;
      appendText(span, token.text);
      element.append(span);
    }
    const hint = timeHint(line);
    if (hint) {
      const beside = document.createElement("span");
      beside.className = "hint";
      beside.ariaHidden = "true";
      beside.dataset["hint"] = hint;
      element.append(beside);
    }
  }
  element.append("\n");
  return element;
}
