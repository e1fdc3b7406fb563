import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Progress } from "./progress";

/** Types whose start and end are worth a line; the rest takes milliseconds. */
const shown = ["hcloud:index/server:Server", "host:index:Configuration"];

function shortName(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** Turns engine events into progress lines: each host's boot, each configuration, every message. */
export function engineEvents(progress: Progress): (event: EngineEvent) => void {
  const begun = new Map<string, number>();
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
      progress.line(`  ${source}${message.message.trim()}`);
    }
  };
}
