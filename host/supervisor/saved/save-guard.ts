import { monotonicMs } from "../../time/monotonic";
import type { Decision } from "../core/decision";
import type { NodeState } from "../core/node-state";
import { log } from "../log";
import type { Mysql } from "../mysql";
import { listSaved, removeSaved, expired } from "./files";
import { groupSets } from "./loss";
import { type Replaced, save } from "./save";

/** How long an operator's permission to lose unsaved transactions holds, milliseconds. */
const discardMs = 120_000;
/** Wait after transactions could not be saved, milliseconds. */
const againMs = 30_000;
/** Pause between two searches for expired files, milliseconds. */
const tidyMs = 3_600_000;

/** Keeps a clone from replacing transactions that were not saved. */
export class SaveGuard {
  private refusal = "";
  private refusedMs = Number.NEGATIVE_INFINITY;
  private discardedMs = Number.NEGATIVE_INFINITY;
  private tidiedMs = Number.NEGATIVE_INFINITY;

  constructor(
    /** Name of this node. */
    private readonly node: string,
    /** This node's state, and the states of its peers. */
    private readonly states: () => readonly [NodeState, readonly NodeState[]],
    private readonly write: typeof save = save,
    private readonly removeOld: () => Promise<void> = tidySaved,
  ) {}

  /** Records an operator's permission to lose transactions that cannot be saved. */
  discard(nowMs: number): void {
    this.discardedMs = nowMs;
    this.refusedMs = Number.NEGATIVE_INFINITY;
  }

  /** The decision, or a wait if the clone would replace transactions that could not be saved recently. */
  next(decision: Decision, nowMs: number): Decision {
    this.tidy(nowMs);
    if (decision.type !== "rebuild" || nowMs - this.refusedMs >= againMs) return decision;
    const reason = `${decision.reason}; the clone does not begin, because these transactions cannot be saved: ${this.refusal}`;
    return { type: "wait", reason };
  }

  /** Saves what the clone will replace. @throws Error if that fails: then the clone must not begin. */
  async save(mysql: Mysql, { donor, reason }: Omit<Replaced, "sets">): Promise<void> {
    try {
      await this.write(mysql, { donor, reason, sets: groupSets(...this.states(), donor) });
    } catch (error) {
      const { message } = error as Error;
      if (monotonicMs() - this.discardedMs > discardMs) {
        this.refusal = message;
        this.refusedMs = monotonicMs();
        throw new Error(`the clone does not begin: ${message}`, { cause: error });
      }
      this.discardedMs = Number.NEGATIVE_INFINITY;
      log(
        3,
        `by an operator's order, transactions of ${this.node} that cannot be saved are lost: ${message}`,
      );
    }
  }

  /** Deletes an expired file, at most once in `tidyMs`. */
  private tidy(nowMs: number): void {
    if (nowMs - this.tidiedMs < tidyMs) return;
    this.tidiedMs = nowMs;
    void this.removeOld().catch((error: Error) =>
      log(4, `an expired file of saved transactions cannot be deleted: ${error.message}`),
    );
  }
}

async function tidySaved(): Promise<void> {
  const old = expired(await listSaved(), Date.now());
  if (!old) return;
  await removeSaved(old.name);
  log(5, `the saved transactions of ${old.savedAt} have expired and are deleted: ${old.gtids}`);
}
