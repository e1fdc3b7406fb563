import { monotonicMs } from "../time/monotonic";
import type { BundleService } from "./bundle";
import { waitHealthy } from "./health";
import { pause, say } from "./run";
import { journalTail, unitStates } from "./systemd";

/** Time between two looks at the services, milliseconds. */
const lookMs = 1_000;

/**
 * Watches the services of a release that has not run on this host before, after they were healthy: a
 * program may end at its first real request, or when it has used up its memory.
 *
 * @throws Error naming the unit that ended or is not healthy any more, with the end of its journal.
 */
export async function watchTrial(services: readonly BundleService[]): Promise<void> {
  const tried = services.filter(({ trialSeconds = 0 }) => trialSeconds > 0);
  const seconds = Math.max(0, ...tried.map(({ trialSeconds = 0 }) => trialSeconds));
  if (seconds === 0) return;
  const units = tried.map(({ unit }) => unit);
  const first = await unitStates(units);
  const begunMs = monotonicMs();
  say("watch", `the new release for ${seconds} s`);
  while (monotonicMs() - begunMs < seconds * 1_000) {
    await pause(lookMs);
    const now = await unitStates(units);
    const hasEnded = (unit: string) => {
      const { run, active } = now.get(unit)!;
      return run !== first.get(unit)!.run || active !== first.get(unit)!.active;
    };
    const ended = units.find(hasEnded);
    if (ended === undefined) continue;
    const after = Math.round((monotonicMs() - begunMs) / 1_000);
    throw new Error(
      `${ended} was healthy and ended within ${after} s; a new release must run for ${seconds} s\n${await journalTail(ended)}`,
    );
  }
  for (const service of tried) await waitHealthy(service);
}
