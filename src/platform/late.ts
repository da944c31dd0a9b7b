import type { Disposable } from "vscode";

/** A part that is loaded on first use, and disposed with its owner however late it arrives. */
export class Late<T extends Disposable> implements Disposable {
  private readonly load: () => Promise<T>;
  private loading: Promise<T> | null = null;
  private disposed = false;

  constructor(load: () => Promise<T>) {
    this.load = load;
  }

  get(): Promise<T> {
    this.loading ??= this.load().then(
      (part) => {
        if (this.disposed) part.dispose();
        return part;
      },
      (error) => {
        this.loading = null; // the next use tries again
        throw error;
      },
    );
    return this.loading;
  }

  dispose(): void {
    this.disposed = true;
    void this.loading?.then(
      (part) => part.dispose(),
      () => undefined,
    );
  }
}
