import { probe } from "../prober/probe";
import { answerMs, probeMs, UnansweredProbes } from "./unanswered-probes";

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
