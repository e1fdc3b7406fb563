import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

/** Time between two messages of a socket, and longest wait for an echo or an opening, milliseconds. */
const every = { messageMs: 250, patienceMs: 5_000 };
/** Close codes of an end announced by the server (RFC 6455, section 7.4.1). */
const announced = [1000, 1001, 1012];

/** Observations on visitors' WebSockets. */
export interface SocketsSeen {
  messages: number;
  /** Messages without an echo or with a wrong one on an open socket, failed openings. */
  failures: string[];
  /** Number of ends with a close frame; after each end of any kind a new socket was opened. */
  ended: number;
  /** Ends without a close frame: time, milliseconds of `performance.now()`, and the client's close code. */
  cuts: { atMs: number; code: number }[];
  slowestMs: number;
  /** Longest time between two echoes of one visitor, over all its sockets, milliseconds. */
  silenceMs: number;
}

/** WebSockets that stay open, send four messages per second, and are opened again after the server ends them. */
export class LastingSockets {
  private readonly seen: SocketsSeen = {
    ...{ messages: 0, failures: [], ended: 0, cuts: [] },
    ...{ slowestMs: 0, silenceMs: 0 },
  };
  private going = true;
  private under: Promise<void>[] = [];

  /** @param url address of the site, `http:` or `https:`. */
  constructor(private readonly url: string) {}

  start(count: number): void {
    this.under = Array.from({ length: count }, () => this.visit());
  }

  /** Ends the sockets, and returns the observations. */
  async stop(): Promise<SocketsSeen> {
    this.going = false;
    await Promise.all(this.under);
    return this.seen;
  }

  private async visit(): Promise<void> {
    const visitor = { heardMs: performance.now() };
    while (this.going) {
      const socket = new WebSocket(this.url.replace(/^http/, "ws"));
      const closed = new Promise<CloseEvent>((resolve) =>
        socket.addEventListener("close", resolve),
      );
      const opened = new Promise<true>((resolve) =>
        socket.addEventListener("open", () => resolve(true)),
      );
      socket.addEventListener("error", () => undefined);
      if (
        (await Promise.race([opened, closed, pause(every.patienceMs, "late" as const)])) !== true
      ) {
        this.seen.failures.push("a socket was not opened");
        socket.close();
        await pause(every.messageMs);
        continue;
      }
      await this.talk(socket, closed, visitor);
    }
    this.hear(visitor);
  }

  private hear(visitor: { heardMs: number }): void {
    const now = performance.now();
    this.seen.silenceMs = Math.max(this.seen.silenceMs, now - visitor.heardMs);
    visitor.heardMs = now;
  }

  /** Sends messages until the visitor or the server ends the socket. */
  private async talk(
    socket: WebSocket,
    closed: Promise<CloseEvent>,
    visitor: { heardMs: number },
  ): Promise<void> {
    for (let number = 1; ; number += 1) {
      const text = `message ${number}`;
      const sentMs = performance.now();
      const echoed = new Promise<string>((resolve) =>
        socket.addEventListener("message", ({ data }) => resolve(String(data)), { once: true }),
      );
      socket.send(text);
      const late = pause(every.patienceMs, undefined, { ref: false });
      const end = await Promise.race([echoed, closed, late]);
      if (end === text) {
        this.seen.messages += 1;
        this.seen.slowestMs = Math.max(this.seen.slowestMs, performance.now() - sentMs);
        this.hear(visitor);
      } else if (end === undefined || typeof end === "string") {
        const what = end === undefined ? "no" : "a wrong";
        this.seen.failures.push(`${what} echo within ${every.patienceMs / 1000} s`);
        return socket.close();
      } else return this.end(end);
      const rest = pause(every.messageMs, undefined, { ref: false });
      const broken = await Promise.race([rest, closed]);
      if (broken) return this.end(broken);
      if (!this.going) return socket.close();
    }
  }

  private end({ code, wasClean }: CloseEvent): void {
    if (wasClean && announced.includes(code)) this.seen.ended += 1;
    else this.seen.cuts.push({ atMs: performance.now(), code });
  }
}
