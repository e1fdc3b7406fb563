import { probe } from "../prober/health";

/** Timeout of a probe of the other load balancer's public address, milliseconds. */
export const answerMs = 500;

/** Interval of a standby's probes, milliseconds. */
export const probeMs = 200;

/** Gap between two probes beyond which this process must have been suspended, milliseconds. */
const longestGapMs = 500;

/** Number of unanswered probes that prove a silence. */
const enough = 2;

/** Measures how long the other load balancer has left a standby's probes unanswered. */
export class UnansweredProbes {
  /** Times of the first unanswered probes. */
  private probeTimesMs: number[] = [];
  private lastMs = -Infinity;

  /** Records a probe. */
  onProbe(nowMs: number): void {
    this.forgetIfStoodStill(nowMs);
    this.lastMs = nowMs;
    if (this.probeTimesMs.length < enough) this.probeTimesMs.push(nowMs);
  }

  /** Records an answer: earlier probes no longer count. */
  onAnswer(): void {
    this.probeTimesMs = [];
  }

  /** Milliseconds, 0 to {@link answerMs}, until two probes have timed out. */
  leftMs(nowMs: number): number {
    this.forgetIfStoodStill(nowMs);
    if (this.probeTimesMs.length < enough) return answerMs;
    return Math.max(0, this.probeTimesMs[enough - 1]! + answerMs - nowMs);
  }

  /** Resets after a suspension of this process: answers from that time are unread, not missing. */
  private forgetIfStoodStill(nowMs: number): void {
    if (nowMs - this.lastMs > longestGapMs) this.onAnswer();
  }
}

/** The other load balancer, probed at its public address. */
export class Peer {
  private readonly silence = new UnansweredProbes();

  constructor(
    private readonly address: string,
    private readonly nowMs: () => number,
  ) {}

  /** Probes every {@link probeMs} while the condition holds, so that a failover need not wait for a timeout. */
  probeWhile(isWanted: () => boolean): void {
    setInterval(() => {
      if (isWanted()) void this.ask();
    }, probeMs);
  }

  /**
   * True if the peer serves: one of two parallel requests is answered. Their timeout is {@link answerMs},
   * minus the time for which the peer has been silent already. The time of the silence counts once.
   */
  async probe(): Promise<boolean> {
    const leftMs = this.silence.leftMs(this.nowMs());
    this.silence.onAnswer();
    if (leftMs === 0) return false;
    const answers = [this.serves(leftMs), this.serves(leftMs)];
    return (await Promise.all(answers)).includes(true);
  }

  private async ask(): Promise<void> {
    this.silence.onProbe(this.nowMs());
    if (await this.serves(answerMs)) this.silence.onAnswer();
  }

  private async serves(timeoutMs: number): Promise<boolean> {
    return (await probe(`http://${this.address}/healthz`, timeoutMs)) === "served";
  }
}
