import type { EngineEvent } from "@pulumi/pulumi/automation";
import { engineReason } from "../local/engine-progress";
import type { StackOutputs } from "../operate/outputs";
import type { DeployEngine } from "./engine";
import type { Interrupt } from "./interrupt";
import { edgeCounters, lostLines } from "./lost-requests";
import { pendingEdits } from "./pending";
import { type Delivered, pushToAll } from "./push";
import type { Steps } from "./steps";
import { SwitchWatch } from "./switch-watch";

/** A change of the release alone. */
export interface Change {
  outputs: StackOutputs;
  engine: DeployEngine;
  /** The release to push to the nodes first. @default the nodes have it */
  delivered?: Delivered;
  /** True if a release has its own command. */
  saysCommand: boolean;
  /** The shell command that applies edits of the settings. */
  upCommand: string;
  steps: Steps;
  say: (line: string) => void;
  interrupt: Interrupt;
}

/** The update would change more than the release. */
export class MoreIsPending extends Error {}

/** Checks that the update changes the release alone. @throws MoreIsPending with the names of all other changes. */
async function check({ engine, saysCommand, upCommand, steps }: Change): Promise<void> {
  const work = async () => {
    const events: EngineEvent[] = [];
    const watch = new SwitchWatch(() => undefined);
    try {
      await engine.preview((event) => {
        watch.onEvent(event);
        if (event.resourcePreEvent) events.push(event);
      });
    } catch (error) {
      throw new Error(watch.others().join("\n") || engineReason(error as Error), { cause: error });
    }
    const pending = pendingEdits(events, saysCommand);
    if (pending.length === 0) return;
    const lines = pending.map((line) => `  ${line}`).join("\n");
    throw new MoreIsPending(
      `a deploy changes nothing but the release, and more is pending; run ${upCommand} first:\n${lines}`,
    );
  };
  await steps.step("check of what is pending", work, () => "nothing else is pending");
}

async function push({ outputs, engine, delivered, steps, ...rest }: Change, stop: AbortSignal) {
  if (!delivered) return;
  const { say, interrupt } = rest;
  const signal = AbortSignal.any([interrupt.signal, stop]);
  const work = async () => pushToAll(outputs, delivered, await engine.pins(), { say, signal });
  await steps.step("push", work, () => "all app and web nodes have the release");
}

/**
 * Checks for other pending changes while it pushes the release to all nodes, then switches node after node.
 * Prints the time of each step and each node, and the number of lost requests.
 *
 * @throws Error with node, unit and reason if the update stopped; before the switch no running service is touched.
 */
export async function changeRelease(change: Change): Promise<void> {
  const { outputs, engine, steps, say, interrupt } = change;
  const refused = new AbortController();
  const checked = check(change).catch((error: Error) => {
    refused.abort(new Error("given up"));
    throw error;
  });
  const [first, second] = await Promise.allSettled([checked, push(change, refused.signal)]);
  interrupt.signal.throwIfAborted();
  for (const end of [first, second]) {
    if (end?.status !== "rejected") continue;
    const reason = end.reason as Error;
    reason.message += "\nnothing that runs was touched";
    throw reason;
  }
  const before = await edgeCounters(outputs);
  const watch = new SwitchWatch(say);
  try {
    await steps.step(
      "switch",
      () => engine.up(watch.onEvent),
      () => "every node runs it",
    );
  } catch (error) {
    throw new Error(whyStopped(watch, error as Error), { cause: error });
  } finally {
    say("requests lost, as the load balancers counted them:");
    for (const line of lostLines(before, await edgeCounters(outputs))) say(`  ${line}`);
  }
}

function whyStopped(watch: SwitchWatch, error: Error): string {
  const stopped = watch.stopped().map(({ name, reason }) => `${name}: ${reason}`);
  if (stopped.length > 0) return stopped.join("\n");
  return watch.others().join("\n") || engineReason(error);
}
