/** Seconds with one decimal, right-aligned to six columns. */
function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)}s`.padStart(7);
}

/** Prints phases of long work with their times, and remembers them for the closing table. */
export class Progress {
  private readonly startedAt = Date.now();
  private readonly phases: { name: string; milliseconds: number }[] = [];

  /** Prints one line with the time since the start. */
  line(text: string): void {
    process.stdout.write(`${seconds(Date.now() - this.startedAt)}  ${text}\n`);
  }

  /** Runs `work`, prints when it starts and how long it took, and passes its result or error on. */
  async phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begun = Date.now();
    this.line(`${name} ...`);
    try {
      const result = await work();
      this.line(`${name}: done in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      return result;
    } finally {
      this.phases.push({ name, milliseconds: Date.now() - begun });
    }
  }

  /** Adds a phase that was measured elsewhere. */
  record(name: string, milliseconds: number): void {
    this.phases.push({ name, milliseconds });
  }

  /** Milliseconds since the start. */
  elapsed(): number {
    return Date.now() - this.startedAt;
  }

  /** The table of phases and the total; phases may have run side by side. */
  table(): string {
    const rows = this.phases.map(({ name, milliseconds }) => `${seconds(milliseconds)}  ${name}`);
    return [...rows, `${seconds(this.elapsed())}  total`].join("\n");
  }
}
