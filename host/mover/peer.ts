import { ask } from "../prober/ask";
import { answerMs, askMs, Silence } from "./silence";

/** The other load balancer, asked at its public address. */
export class Peer {
  private readonly silence = new Silence();

  constructor(
    private readonly address: string,
    private readonly nowMs: () => number,
  ) {}

  /** Asks every {@link askMs} while the condition holds, so that a failover need not wait for an answer. */
  askWhile(isWanted: () => boolean): void {
    setInterval(() => {
      if (isWanted()) void this.ask();
    }, askMs);
  }

  /**
   * True if it serves: one of two tries side by side is answered. They get {@link answerMs}, less
   * what it has been silent for already, which counts once.
   */
  async probe(): Promise<boolean> {
    const leftMs = this.silence.leftMs(this.nowMs());
    this.silence.ends();
    if (leftMs === 0) return false;
    const answers = [this.serves(leftMs), this.serves(leftMs)];
    return (await Promise.all(answers)).includes(true);
  }

  private async ask(): Promise<void> {
    this.silence.asks(this.nowMs());
    if (await this.serves(answerMs)) this.silence.ends();
  }

  private async serves(timeoutMs: number): Promise<boolean> {
    return (await ask(`http://${this.address}/healthz`, timeoutMs)) === "served";
  }
}
