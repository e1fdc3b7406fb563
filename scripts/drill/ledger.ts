import { randomBytes, randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

/** Result of one write. */
export interface Write {
  /** Unique text of the entry. */
  text: string;
  /** Time of the answer, milliseconds. */
  answeredMs: number;
  /** `unknown`: the entry may or may not exist. */
  result: "acknowledged" | "refused" | "unknown";
  /** Status of the answer, or error of the connection, such as `503` or `ECONNRESET`. */
  answer?: string;
}

/** Longest wait for one answer, milliseconds: longer than the app's own deadline of 15 s. */
const patienceMs = 20_000;

/** Cause of a failed `fetch`: the code of the connection's error, if any. */
function brokenOff(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? name;
}

/**
 * Clients that write numbered entries through the site, one after the other, each with an idempotency key,
 * and record the answers.
 */
export class Ledger {
  readonly run = randomBytes(4).toString("hex");
  readonly writes: Write[] = [];
  private going = false;
  private clients: Promise<void>[] = [];

  constructor(
    private readonly url: string,
    private readonly cookie: string,
  ) {}

  /** Starts clients, each with a pause between its writes. */
  start(clients: number, pauseMs: number): void {
    this.going = true;
    this.clients = Array.from({ length: clients }, (_, i) => this.client(i + 1, pauseMs));
  }

  /** Stops the clients; resolves once every running write has its answer. */
  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.clients);
  }

  private async client(client: number, pauseMs: number): Promise<void> {
    for (let sequence = 1; this.going; sequence++) {
      const text = `ledger ${this.run} ${client}-${sequence} ${randomBytes(4).toString("hex")}`;
      const written = await this.write(text);
      this.writes.push({ text, answeredMs: performance.now(), ...written });
      await pause(pauseMs);
    }
  }

  private async write(text: string): Promise<Pick<Write, "result" | "answer">> {
    try {
      const response = await fetch(new URL("/api/entries", this.url), {
        method: "POST",
        body: JSON.stringify({ text }),
        headers: {
          cookie: this.cookie,
          origin: new URL(this.url).origin,
          "content-type": "application/json",
          "idempotency-key": randomUUID(),
        },
        signal: AbortSignal.timeout(patienceMs),
      });
      await response.arrayBuffer();
      if (response.status === 201) return { result: "acknowledged" };
      const answer = String(response.status);
      return { result: response.status < 500 ? "refused" : "unknown", answer };
    } catch (error) {
      return { result: "unknown", answer: brokenOff(error) };
    }
  }

  /** Promises that a member's entries break: an acknowledged entry exists once, any other at most once. */
  brokenBy(member: string, texts: readonly string[]): string[] {
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    return this.writes.flatMap(({ text, result }) => {
      const count = counts.get(text) ?? 0;
      if (result === "acknowledged" && count === 0) return [`${member} lost "${text}"`];
      return count > 1 ? [`${member} has "${text}" ${count} times`] : [];
    });
  }
}
