import { monotonicMs } from "../../time/monotonic";
import { get } from "node:http";
import type { Silence } from "../xcom/fast-refusal";
import type { GroupRecord } from "../core/messages";
import type { VoteRequest } from "../core/founding-rule";
import type { VoteAnswer } from "../core/ballot";
import type { NodeState } from "../core/node-state";

/** Longest wait for a peer's answer, milliseconds. */
const timeoutMs = 800;
/** Time between two questions to a peer, milliseconds. */
const pauseMs = 200;
/** Age from which an answer says nothing any more, milliseconds. */
const freshMs = 1_500;

/** What a supervisor of before does not say. */
const unsaid = {
  lineage: [],
  cloneIncomplete: false,
  connectingTo: [],
  maybeConnectingTo: [],
  notReading: [],
};

/** Errors that the peer's host itself answers with. */
const answeredErrors = ["ECONNREFUSED", "ECONNRESET"];

function ask<T>(url: string, onSign?: () => void): Promise<T | undefined> {
  return new Promise((resolve) => {
    const call = get(url, { timeout: timeoutMs, agent: false }, (response) => {
      onSign?.();
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", () => resolve(undefined));
      response.on("end", () => {
        try {
          resolve(response.statusCode === 200 ? (JSON.parse(text) as T) : undefined);
        } catch {
          resolve(undefined);
        }
      });
    });
    // A host that lets one connect lives, also while its supervisor does not answer.
    call.on("socket", (socket) => socket.once("connect", () => onSign?.()));
    // With an error of its own: without one it looks like a reset by the host.
    call.on("timeout", () => call.destroy(new Error("late")));
    call.on("error", (error: NodeJS.ErrnoException) => {
      if (answeredErrors.includes(error.code ?? "")) onSign?.();
      resolve(undefined);
    });
  });
}

/** The other nodes, each asked on its own, so that one that is dead delays no answer of another. */
export class Peers {
  private readonly answers = new Map<string, { state: NodeState; atMs: number }>();
  /** When there was the last sign of life of each host; at first the start of this program. */
  private readonly signs: Map<string, number>;

  constructor(
    private readonly addresses: readonly string[],
    /** Receives what a peer said, and when it was asked, on the monotonic clock, milliseconds. */
    private readonly onAnswer: (state: NodeState, askedMs: number) => void,
  ) {
    this.signs = new Map(addresses.map((address) => [address, monotonicMs()]));
  }

  /** Starts asking, for ever. */
  watch(): void {
    for (const address of this.addresses) this.askAgain(address);
  }

  private askAgain(address: string): void {
    const onSign = () => this.hear(address);
    const askedMs = monotonicMs();
    void ask<NodeState>(`http://${address}:9200/state`, onSign).then((state) => {
      if (state) {
        this.answers.set(address, { state: { ...unsaid, ...state }, atMs: monotonicMs() });
        this.onAnswer(state, askedMs);
      }
      setTimeout(() => this.askAgain(address), pauseMs);
    });
  }

  /** Notes a sign of life of a host; of one that is no peer it says nothing. */
  hear(address: string): void {
    if (this.addresses.includes(address)) this.signs.set(address, monotonicMs());
  }

  /** How long nothing was heard of each peer. */
  silences(): Silence[] {
    const now = monotonicMs();
    return [...this.signs].map(([address, atMs]) => ({ address, silentMs: now - atMs }));
  }

  /** What the peers said of themselves not long ago; those that did not answer are left out. */
  states(): NodeState[] {
    const since = monotonicMs() - freshMs;
    return [...this.answers.values()].filter(({ atMs }) => atMs > since).map(({ state }) => state);
  }

  /** Tells the peers who is the primary without waiting for their next question. */
  tell(record: GroupRecord): void {
    for (const address of this.addresses) {
      void post<NodeState>(`http://${address}:9200/record`, record).then((state) => {
        if (state) this.answers.set(address, { state, atMs: monotonicMs() });
      });
    }
  }

  /** Tells the peers that this node is about to come into the group or to leave it. */
  announce(): void {
    for (const address of this.addresses) void ask(`http://${address}:9200/change`);
  }

  /** Asks every peer for its vote; those that do not answer are left out. */
  async vote(request: Omit<VoteRequest, "founder">): Promise<VoteAnswer[]> {
    const answers = await Promise.all(
      this.addresses.map((address) => post<VoteAnswer>(`http://${address}:9200/vote`, request)),
    );
    return answers.flatMap((answer) => answer ?? []);
  }
}
