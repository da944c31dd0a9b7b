/** Steps shown on standard error: what is going on, that it still is, and how long it took. */
export interface Progress {
  run<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** a line about the step that runs */
  say(text: string): void;
  failed(error: unknown): void;
}

const stillEveryMs = 15_000;

export function progress(out: (line: string) => void = console.error): Progress {
  return {
    async run(title, work) {
      const start = Date.now();
      const seconds = () => ((Date.now() - start) / 1000).toFixed(1);
      out(`… ${title}`);
      const still = setInterval(() => out(`… ${title}: ${seconds()} s so far`), stillEveryMs);
      try {
        const result = await work();
        out(`✔ ${title} (${seconds()} s)`);
        return result;
      } finally {
        clearInterval(still);
      }
    },
    say: (text) => out(`  ${text}`),
    failed: (error) => out(`✖ ${error instanceof Error ? error.message : String(error)}`),
  };
}
