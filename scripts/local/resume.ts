import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation";
import { type Checkpoint, isInterrupted } from "../resume/pending";
import { type ResumableEngine, resumeInterrupted } from "../resume/resume";
import { localCloud } from "./cloud";
import { localState } from "./stack";

/**
 * True if the last command was interrupted. The answer comes from the engine's files: the engine itself would take two
 * seconds.
 */
export function wasInterrupted({ checkpoint, locks } = localState): boolean {
  const isLocked = existsSync(locks) && readdirSync(locks, { recursive: true }).some(isLockFile);
  if (isLocked || !existsSync(checkpoint)) return true;
  const { latest } = (
    JSON.parse(readFileSync(checkpoint, "utf8")) as { checkpoint: { latest?: Checkpoint } }
  ).checkpoint;
  return isInterrupted(latest ?? {});
}

function isLockFile(path: string | Buffer): boolean {
  return String(path).endsWith(".json");
}

/** The commands of a stack that this process runs. */
export function inlineEngine(stack: Stack): ResumableEngine {
  return {
    exported: async () => ((await stack.exportStack()).deployment ?? {}) as Checkpoint,
    refresh: async (urns, clears = false) => {
      const target = urns.length > 0 ? { target: [...urns] } : {};
      await stack.refresh({ ...target, clearPendingCreates: clears });
    },
  };
}

/**
 * Prepares the local stack for the next command after an interrupted one: releases its lock, which the project's own
 * lock makes safe, and removes what {@link resumeInterrupted} finds.
 */
export async function resumeLocal(stack: Stack, say: (line: string) => void): Promise<void> {
  if (!wasInterrupted()) return;
  await stack.cancel().catch(() => undefined);
  await resumeInterrupted(inlineEngine(stack), localCloud, say);
}
