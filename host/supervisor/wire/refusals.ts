import { log } from "../log";

/** Time between two lines about refused connections, milliseconds. */
const quietMs = 60_000;

/** Refused connections in the journal: a line at once, and one a minute however many there are. */
export class Refusals {
  private count = 0;
  private saidMs = -Infinity;

  constructor(private readonly say: (text: string) => void = (text) => log(4, text)) {}

  /** Notes one, with the address that it came from and the reason. */
  note(address: string, reason: string, nowMs: number): void {
    this.count += 1;
    if (nowMs - this.saidMs < quietMs) return;
    const more = this.count > 1 ? `, and ${this.count - 1} more since the last such line` : "";
    this.say(`refused a connection of ${address}: ${reason}${more}`);
    this.saidMs = nowMs;
    this.count = 0;
  }
}
