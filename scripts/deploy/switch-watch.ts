import type { EngineEvent } from "@pulumi/pulumi/automation";

/** A node or another resource at which an update stopped. */
export interface Stopped {
  /** Node name, such as `app-2`. */
  name: string;
  /** Unit, reason and the end of the unit's log, as converge reported them. */
  reason: string;
}

const configuration = /-configuration$/;

function lastName(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** Follows an update: prints each switched node with its time, and records where and why the update stopped. */
export class SwitchWatch {
  private readonly begun = new Map<string, number>();
  private readonly failed = new Set<string>();
  private readonly reasons = new Map<string, string[]>();
  /** Errors without a resource, such as another update in progress. */
  private readonly general: string[] = [];

  constructor(
    private readonly say: (line: string) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Receives one event of the engine. */
  readonly onEvent = (event: EngineEvent): void => {
    const start = event.resourcePreEvent?.metadata;
    if (start && start.op !== "same") this.begun.set(start.urn, this.now());
    const end = event.resOutputsEvent?.metadata;
    if (end && end.op !== "same" && configuration.test(end.urn)) {
      this.say(`  ${this.nameOf(end.urn)} has it (${this.seconds(end.urn)} s)`);
    }
    const failed = event.resOpFailedEvent?.metadata;
    if (failed) {
      this.failed.add(failed.urn);
      this.say(`  ${this.nameOf(failed.urn)} STOPPED it (${this.seconds(failed.urn)} s)`);
    }
    this.listen(event);
  };

  /** The nodes or resources at which the update stopped, with the reasons; empty if no resource is the cause. */
  stopped(): Stopped[] {
    return [...this.failed].map((urn) => {
      const reason = (this.reasons.get(urn) ?? ["no reason was given"]).join("\n");
      return { name: this.nameOf(urn), reason };
    });
  }

  /** Errors without a failed resource. */
  others(): string[] {
    const blamed = [...this.reasons].filter(([urn]) => !this.failed.has(urn));
    return [...new Set([...this.general, ...blamed.flatMap(([, texts]) => texts)])];
  }

  private listen({ diagnosticEvent }: EngineEvent): void {
    if (!diagnosticEvent || diagnosticEvent.ephemeral) return;
    const { urn, severity, message } = diagnosticEvent;
    const text = message.trim().replace(/^error: /, "");
    // Debug messages contain values in clear, also secrets.
    if (text === "" || (severity as string) === "debug") return;
    if (severity === "error") {
      if (urn) this.reasons.set(urn, [...(this.reasons.get(urn) ?? []), text]);
      else this.general.push(text);
    } else if (urn && configuration.test(urn)) this.say(`  ${this.nameOf(urn)}: ${text}`);
  }

  private nameOf(urn: string): string {
    return lastName(urn).replace(configuration, "");
  }

  private seconds(urn: string): string {
    const now = this.now();
    return ((now - (this.begun.get(urn) ?? now)) / 1_000).toFixed(1);
  }
}
