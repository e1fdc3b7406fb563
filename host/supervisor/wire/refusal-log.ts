import { log } from "../log";

/** Pause between two journal lines about refused connections, milliseconds. */
const quietMs = 60_000;

/** Logs refused connections: the first at once, then at most one line a minute. */
export class RefusalLog {
  private count = 0;
  private saidMs = -Infinity;

  constructor(private readonly say: (text: string) => void = (text) => log(4, text)) {}

  /** Records a refused connection with its address and the reason. */
  note(address: string, reason: string, nowMs: number): void {
    this.count += 1;
    if (nowMs - this.saidMs < quietMs) return;
    const more =
      this.count > 1
        ? `, and ${this.count - 1} more refused connections since the last such line`
        : "";
    this.say(`refused a connection of ${address}: ${reason}${more}`);
    this.saidMs = nowMs;
    this.count = 0;
  }
}
