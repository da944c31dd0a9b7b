import type { Locator, Page } from "playwright-core";

/** VS Code's quick input, the box at the top: what a wizard of the extension asks through. */
export class QuickInput {
  private readonly page: Page;
  private readonly widget: Locator;

  constructor(page: Page) {
    this.page = page;
    this.widget = page.locator(".quick-input-widget");
  }

  /** Waits for a question by the text that it shows (prompt, placeholder or title). */
  async asks(text: string | RegExp): Promise<void> {
    const placeholder = this.widget.getByPlaceholder(text);
    await this.widget.getByText(text).or(placeholder).filter({ visible: true }).first().waitFor();
  }

  async type(text: string): Promise<void> {
    await this.box.fill(text);
  }

  /** The sentence under the box about what is typed. */
  async complains(text: string | RegExp): Promise<void> {
    await this.widget.getByText(text).filter({ visible: true }).first().waitFor();
  }

  async accept(): Promise<void> {
    await this.box.press("Enter");
  }

  /** Accepts a path in VS Code's own file dialog, which takes no answer while it still looks up what is typed. */
  async acceptPath(): Promise<void> {
    for (let attempt = 1; await this.widget.isVisible(); attempt++) {
      if (attempt > 20) throw new Error("The file dialog does not take the path.");
      await this.accept();
      await this.page.waitForTimeout(500);
    }
  }

  /** Types an answer once the question is there. */
  async answer(question: string | RegExp, text: string): Promise<void> {
    await this.asks(question);
    await this.type(text);
    await this.accept();
  }

  option(name: string | RegExp): Locator {
    return this.widget.getByRole("option", { name });
  }

  async choose(name: string | RegExp): Promise<void> {
    // where the pointer was left, the description of a line may stand over the others
    await this.page.mouse.move(1, 1);
    await this.option(name).first().click();
  }

  async back(): Promise<void> {
    await this.widget.getByRole("button", { name: /^Back/ }).click();
  }

  async gone(): Promise<void> {
    await this.widget.waitFor({ state: "hidden" });
  }

  private get box(): Locator {
    return this.widget.locator(".quick-input-box input");
  }
}
