import { monotonicMs } from "../../time/monotonic";
import type { Decision } from "../core/decision";
import type { NodeState } from "../core/node-state";
import { log } from "../log";
import type { Mysql } from "../mysql";
import { listSaved, removeSaved } from "./files";
import { groupSets } from "./loss";
import { expired } from "./retention";
import { type Replaced, save } from "./save";

/** How long an operator's word holds that what cannot be saved may be lost, milliseconds. */
const discardMs = 120_000;
/** Wait after transactions could not be saved, milliseconds. */
const againMs = 30_000;
/** Time between two looks for files that are too old, milliseconds. */
const tidyMs = 3_600_000;

/** Keeps a copy from replacing transactions that were not saved. */
export class Saving {
  private refusal = "";
  private refusedMs = Number.NEGATIVE_INFINITY;
  private discardedMs = Number.NEGATIVE_INFINITY;
  private tidiedMs = Number.NEGATIVE_INFINITY;

  constructor(
    /** Name of this node. */
    private readonly node: string,
    /** What this node says of itself, and what its peers say. */
    private readonly states: () => readonly [NodeState, readonly NodeState[]],
    private readonly write: typeof save = save,
    private readonly removeOld: () => Promise<void> = tidySaved,
  ) {}

  /** An operator says that what cannot be saved may be lost. */
  discard(nowMs: number): void {
    this.discardedMs = nowMs;
    this.refusedMs = Number.NEGATIVE_INFINITY;
  }

  /** The decision as it is, or a wait if the copy would replace what could not be saved just now. */
  next(decision: Decision, nowMs: number): Decision {
    this.tidy(nowMs);
    if (decision.type !== "rebuild" || nowMs - this.refusedMs >= againMs) return decision;
    const reason = `${decision.reason}; the copy does not begin, since they cannot be saved: ${this.refusal}`;
    return { type: "wait", reason };
  }

  /** Saves what the copy is to replace. @throws Error if it cannot: then the copy must not begin. */
  async save(mysql: Mysql, { donor, reason }: Omit<Replaced, "sets">): Promise<void> {
    try {
      await this.write(mysql, { donor, reason, sets: groupSets(...this.states()) });
    } catch (error) {
      const { message } = error as Error;
      if (monotonicMs() - this.discardedMs > discardMs) {
        this.refusal = message;
        this.refusedMs = monotonicMs();
        throw new Error(`the copy does not begin: ${message}`, { cause: error });
      }
      this.discardedMs = Number.NEGATIVE_INFINITY;
      log(3, `an operator said that what cannot be saved on ${this.node} may be lost: ${message}`);
    }
  }

  /** Deletes what is too old, now and then. */
  private tidy(nowMs: number): void {
    if (nowMs - this.tidiedMs < tidyMs) return;
    this.tidiedMs = nowMs;
    void this.removeOld().catch((error: Error) => log(4, `saved transactions: ${error.message}`));
  }
}

async function tidySaved(): Promise<void> {
  const old = expired(await listSaved(), Date.now());
  if (!old) return;
  await removeSaved(old.name);
  log(5, `saved transactions of ${old.savedAt} are deleted: ${old.gtids}`);
}
