/** How long the other load balancer may take to answer in public, milliseconds. */
export const answerMs = 500;
/** A standby asks this often, milliseconds. */
export const askMs = 200;
/** A later question than this after the last one was asked by a process that stood still, milliseconds. */
const longestGapMs = 500;
/** Unanswered questions that make a silence. */
const enough = 2;

/** For how long the other load balancer has left the questions of a standby unanswered. */
export class Silence {
  /** When the first questions since the last answer were asked. */
  private asked: number[] = [];
  private lastMs = -Infinity;

  /** A question goes out. */
  asks(nowMs: number): void {
    this.forgetIfStoodStill(nowMs);
    this.lastMs = nowMs;
    if (this.asked.length < enough) this.asked.push(nowMs);
  }

  /** An answer came in: nothing asked before it tells of a silence. */
  ends(): void {
    this.asked = [];
  }

  /** Milliseconds, 0 to {@link answerMs}, after which two questions have had their time in vain. */
  leftMs(nowMs: number): number {
    this.forgetIfStoodStill(nowMs);
    if (this.asked.length < enough) return answerMs;
    return Math.max(0, this.asked[enough - 1]! + answerMs - nowMs);
  }

  /** Answers that came while this process stood still lie unread, and are no silence. */
  private forgetIfStoodStill(nowMs: number): void {
    if (nowMs - this.lastMs > longestGapMs) this.ends();
  }
}
