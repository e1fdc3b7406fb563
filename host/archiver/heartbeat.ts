import { log } from "../supervisor/log";
import type { Mysql } from "../supervisor/mysql";
import { createTables, writeHeartbeat } from "./origin";

/** Writes the heartbeats of the primary. */
export class Heartbeat {
  /** True if the tables exist. */
  private provided = false;

  /**
   * @param mayWrite asked right before each write: a write in a group other than the valid one takes the number of a
   * transaction that the valid group gives to another write.
   */
  constructor(
    private readonly mysql: Mysql,
    private readonly mayWrite: () => Promise<boolean>,
  ) {}

  /** Writes a heartbeat, and before the first one the tables, if this node may write. Logs a failure. */
  async beat(): Promise<void> {
    try {
      if (!this.provided && (await this.mayWrite())) {
        await createTables(this.mysql);
        this.provided = true;
      }
      if (this.provided && (await this.mayWrite())) await writeHeartbeat(this.mysql);
    } catch (error) {
      this.provided = false;
      log(4, `heartbeat failed: ${(error as Error).message}`);
    }
  }
}
