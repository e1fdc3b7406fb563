import type { EngineEvent } from "@pulumi/pulumi/automation";
import { engineReason } from "../local/engine-reason";
import type { StackOutputs } from "../operate/outputs";
import type { DeployEngine } from "./engine";
import type { Interrupt } from "./interrupt";
import { edgeCounters, lostLines } from "./lost-requests";
import { pendingEdits } from "./pending";
import { type Delivered, pushToAll } from "./push";
import type { Steps } from "./steps";
import { SwitchWatch } from "./switch-watch";

/** A change of the release, and of nothing else. */
export interface Change {
  outputs: StackOutputs;
  engine: DeployEngine;
  /** What is brought to the nodes first. @default they have it */
  delivered?: Delivered;
  /** Whether a release says its command itself. */
  saysCommand: boolean;
  /** The command that applies edits of the settings. */
  upCommand: string;
  steps: Steps;
  say: (line: string) => void;
  interrupt: Interrupt;
}

/** That more would change than the release. */
export class MoreIsPending extends Error {}

/** Sees that nothing else would change. @throws MoreIsPending with the names of what does. */
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
 * Checks that nothing else is pending while the release comes to all nodes, then switches node after node.
 * Says the time of each step and each node, and the requests that were lost.
 *
 * @throws Error with node, unit and reason if it stopped; before the switch nothing that runs was touched.
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
