import type { CloudProject } from "../../rolling/cloud-api";
import { leftConnection } from "./connections";
import { type Found, leftBehind } from "./orphans";
import {
  type Checkpoint,
  isInterrupted,
  pendingCreations,
  serversUnderChange,
  stackUrn,
} from "./pending";

/** The engine's commands that the clean-up behind an interrupted one needs. */
export interface ResumableEngine {
  /** The stack's state as the engine exports it. */
  exported(): Promise<Checkpoint>;
  /**
   * Reads these resources alone from the cloud.
   *
   * @param urns the resources; empty: all.
   * @param clears true: pending creations are removed from the state. @default they stay
   * @throws Error if another command holds the stack's lock.
   */
  refresh(urns: readonly string[], clears?: boolean): Promise<void>;
}

/**
 * Prepares a stack for the next command after an interrupted one. The engine itself keeps a pending creation for ever,
 * only warns of it, and creates the resource again, which the cloud refuses since the name is taken. Here each
 * resource whose creation was under way is looked up in the cloud. A resource that exists is deleted, since it was
 * never recorded and nothing depends on it; the next `up` creates it again. Nothing happens if no operation is
 * pending.
 *
 * @param cloud the stack's project, called only if a creation is pending.
 * @throws Error if another command works on the stack, or if a found resource may be more than a remainder; then
 * nothing is deleted, and the state is as it was.
 */
export async function resumeInterrupted(
  engine: ResumableEngine,
  cloud: () => CloudProject,
  say: (line: string) => void,
): Promise<void> {
  const seen = await engine.exported();
  if (!isInterrupted(seen)) return;
  say("the last command on this stack was interrupted; looks for what it left");
  const changed = serversUnderChange(seen);
  if (changed.length > 0) say(`  reading ${changed.length} servers that were being changed`);
  // A refresh takes the stack's lock: a command that still runs has pending operations too.
  const root = stackUrn(seen);
  await engine.refresh(changed.length > 0 || root === undefined ? changed : [root]);
  const checkpoint = await engine.exported();
  const creations = pendingCreations(checkpoint);
  if (creations.length === 0) return;
  const project = cloud();
  const found: NonNullable<Found>[] = [];
  for (const creation of creations) {
    const one =
      (await leftBehind(project, checkpoint, creation)) ??
      (await leftConnection(project, checkpoint, creation));
    if (one) found.push(one);
  }
  const refusals = found.flatMap((one) => ("refusal" in one ? [one.refusal] : []));
  if (refusals.length > 0) {
    throw new Error(
      `the interrupted command left what cannot be removed without a look, and nothing was changed:\n` +
        refusals.map((line) => `  ${line}`).join("\n"),
    );
  }
  for (const one of found) {
    if (!("orphan" in one)) continue;
    say(`  removing ${one.orphan.title}, which was created but not recorded`);
    await one.orphan.remove();
  }
  const kept = stackUrn(checkpoint);
  await engine.refresh(kept === undefined ? [] : [kept], true);
}
