import { setTimeout as delay } from "node:timers/promises";

/** Number of attempts at a change while other sessions hold the tables, and the pause between, milliseconds. */
const held = { tries: 30, pauseMs: 1_000 };

/** Statement before a change of tables: a session that waits for a table blocks all later ones. */
export const shortWaitSql = "SET SESSION lock_wait_timeout = 2;";

/** How an operator hears of the attempts. */
export interface Patience {
  say: (line: string) => void;
  /** Pause between two attempts, milliseconds. @default a second */
  pauseMs?: number;
}

/**
 * Changes tables once no session holds them.
 *
 * @param change statements after {@link shortWaitSql}, which may be run again.
 * @throws Error of the change, or of the last of thirty attempts.
 */
export async function patiently(
  { say, pauseMs = held.pauseMs }: Patience,
  change: () => Promise<unknown>,
): Promise<void> {
  for (let i = 1; ; i += 1) {
    try {
      await change();
      return;
    } catch (error) {
      const isHeld = (error as Error).message.includes("Lock wait timeout");
      if (!isHeld || i === held.tries) throw error;
      say("a transaction holds one of the tables; tries again");
      await delay(pauseMs);
    }
  }
}
