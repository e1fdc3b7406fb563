import { setTimeout as pause } from "node:timers/promises";
import { servingPrimaryOf } from "../../rolling/node-states";
import type { DatabaseState } from "./databases";

/** States of the database nodes by name; undefined for a supervisor that does not answer. */
type States = ReadonlyMap<string, DatabaseState | undefined>;

/** Longest wait for an override's group to take writes, milliseconds, and the pause between two checks. */
const [foundingMs, checkMs] = [60_000, 500];

/** What shows the end of an override. */
export interface OverrideProgress {
  /** Asks for the present states. */
  states: () => Promise<States>;
  /** True once an app node's proxy sends requests to the node. */
  isSentTo: () => Promise<boolean>;
}

/** Epoch of the latest group that a node knows; 0: it knows none, or does not answer. */
export function epochOf(states: States, node: string): number {
  return states.get(node)?.certificate?.epoch ?? 0;
}

/**
 * Waits until a node takes writes in a group that is newer than the one that it knew before the order, and until a proxy
 * sends it requests. A primary that no majority confirms is the primary before the order too, and takes no writes.
 *
 * @param epochBefore the node's {@link epochOf} before the order.
 * @param longestMs longest wait, milliseconds.
 * @throws Error with what the node waits for.
 */
export async function waitForOverride(
  node: string,
  epochBefore: number,
  { states, isSentTo }: OverrideProgress,
  longestMs = foundingMs,
): Promise<void> {
  let now: States = new Map();
  for (const end = performance.now() + longestMs; performance.now() < end; await pause(checkMs)) {
    now = await states();
    const isServing = servingPrimaryOf(now) === node && epochOf(now, node) > epochBefore;
    if (isServing && (await isSentTo())) return;
  }
  throw new Error(
    `${whyNot(node, epochBefore, now)} ${longestMs / 1_000} s after the order; see: npm run db:status`,
  );
}

function whyNot(node: string, epochBefore: number, now: States): string {
  const { waiting, noWrites } = now.get(node) ?? {};
  const serving = servingPrimaryOf(now);
  if (serving === node && epochOf(now, node) > epochBefore) {
    return `${node} takes writes, and no app node sends it any`;
  }
  if (serving === node) {
    return `${node} takes writes in the group that it had before, so the order was not carried out,`;
  }
  const other = serving === undefined ? "no node takes writes" : `${serving} takes the writes`;
  return `${other}, and ${node} waits for: ${noWrites || waiting || "nothing that it says"},`;
}
