interface Disposable {
  dispose(): unknown;
}

/** Owns disposables. Once disposed it disposes late arrivals at once, so that nothing outlives its owner. */
export class Owner implements Disposable {
  private readonly owned: Disposable[] = [];
  private disposed = false;

  own<T extends Disposable>(disposable: T): T {
    if (this.disposed) disposable.dispose();
    else this.owned.push(disposable);
    return disposable;
  }

  /** In the reverse order of arrival. */
  dispose(): void {
    this.disposed = true;
    for (const disposable of this.owned.splice(0).reverse()) disposable.dispose();
  }
}
