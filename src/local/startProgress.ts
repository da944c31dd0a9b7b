/** Turns what Compose prints while it brings a project up into short texts for a progress notification. */
export class StartProgress {
  private readonly layers = new Map<string, boolean>();
  private readonly healthy = new Set<string>();
  private said = "";

  /** The text to show from this line on; null when the line changes nothing. */
  read(line: string): string | null {
    const text = this.textOf(line.trim());
    if (text === null || text === this.said) return null;
    this.said = text;
    return text;
  }

  private textOf(line: string): string | null {
    const layer = /^(?:\w+ )?([0-9a-f]{12}):? (.+)$/.exec(line);
    if (layer?.[1] && layer[2]) {
      if (!/^(?:Pulling|Waiting|Downloading|Verifying|Download|Extracting|Pull|Already)/.test(layer[2])) return null;
      this.layers.set(layer[1], /^(?:Pull complete|Already exists)/.test(layer[2]));
      return this.downloading();
    }
    if (/\bPulling\b/.test(line)) return this.downloading();
    if (/^(?:Network|Volume) .* Creat/.test(line)) return "creating network and volumes";
    // "Container kafka-zookeeper-1  Healthy" with Compose 2 and later, "Creating kafka_zookeeper_1 ..." with Compose 1
    const container =
      /^Container \S*?([a-z]+)[-_]\d+\s+(\w+)/.exec(line) ??
      /^(?:Creating|Starting|Recreating) \S*?([a-z]+)_\d+/.exec(line);
    if (!container?.[1]) return null;
    const name = serviceNames[container[1]] ?? container[1];
    // Compose looks at what others depend on again and again: said once is enough
    if (this.healthy.has(name)) return null;
    switch (container[2]) {
      case "Healthy":
        this.healthy.add(name);
        return `${name} is healthy`;
      case "Started":
      case "Waiting":
        return `waiting until ${name} is healthy`;
      case "Starting":
      case undefined:
        return `starting ${name}`;
      case "Creating":
      case "Recreate":
      case "Recreated":
        return "creating containers";
      default:
        return null;
    }
  }

  private downloading(): string {
    const done = [...this.layers.values()].filter(Boolean).length;
    return this.layers.size === 0
      ? "downloading the images (once)"
      : `downloading the images (once; ${done} of ${this.layers.size} layers)`;
  }
}

export const serviceNames: Record<string, string> = { zookeeper: "ZooKeeper", kafka: "Kafka" };
