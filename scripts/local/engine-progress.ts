import { CommandError, type EngineEvent } from "@pulumi/pulumi/automation";

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

  /** Runs `work`, prints its start and its duration, and passes its result or error on. */
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

/** Types of resources whose start and end are printed; all others take milliseconds. */
const shown = ["hcloud:index/server:Server", "host:index:Configuration"];

function shortName(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/**
 * Turns engine events into progress lines: each host's boot, each configuration, every message. The engine reports a
 * program's refusal twice; a message that equals the one before it is left out.
 */
export function engineEvents(progress: Progress): (event: EngineEvent) => void {
  const begun = new Map<string, number>();
  let said = "";
  return (event) => {
    const start = event.resourcePreEvent?.metadata;
    if (start && start.op !== "same") begun.set(start.urn, progress.elapsed());
    const end = event.resOutputsEvent?.metadata;
    if (end && end.op !== "same" && shown.includes(end.type)) {
      const tookMs = progress.elapsed() - (begun.get(end.urn) ?? progress.elapsed());
      progress.line(`  ${end.op} ${shortName(end.urn)} (${(tookMs / 1000).toFixed(1)} s)`);
    }
    const failed = event.resOpFailedEvent?.metadata;
    if (failed) progress.line(`  FAILED ${failed.op} ${shortName(failed.urn)}`);
    const message = event.diagnosticEvent;
    if (message && message.message.trim() !== "") {
      // Debug messages repeat values in clear, secrets included.
      if (message.ephemeral || (message.severity as string) === "debug") return;
      const source = message.urn ? `${shortName(message.urn)}: ` : "";
      const line = `  ${source}${message.message.trim()}`;
      if (line !== said) progress.line(line);
      said = line;
    }
  };
}

/**
 * Why a run stopped. For a failure of the engine these are its diagnostics alone: the engine's output repeats every
 * resource and every output of the stack. A diagnostic that equals the one before it is left out.
 */
export function engineReason(error: Error): string {
  if (!(error instanceof CommandError)) return error.message;
  const diagnostics = error.message.split("\nDiagnostics:\n")[1];
  const reasons = diagnostics?.split(/\n(?:Outputs|Resources):\n/)[0]?.trimEnd();
  if (reasons === undefined) return error.message;
  const each = reasons.split(/\n(?= {4}\w+: )/);
  return each.filter((one, at) => one !== each[at - 1]).join("\n");
}
