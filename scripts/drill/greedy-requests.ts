import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";

/** Time between two checks of the clock, milliseconds. */
const stepMs = 5;
/** Longest wait for an answer, milliseconds; the connection is then opened again. */
const patienceMs = 2_000;

/** Shortest time between two attempts to open the same connection, milliseconds. */
const reopenMs = 20;

/** Observations of a client with too many requests. */
export interface GreedySeen {
  /** Number of sent requests. */
  sent: number;
  /** Number of requests for which no connection was free in time: the client itself, or the answers, were too slow. */
  unsent: number;
  /** Number of answers by status, such as `{ "200": 1500, "429": 38500 }`. */
  answers: Record<string, number>;
  /** Time from the start to the stop, milliseconds. */
  lastedMs: number;
}

/** Address of the site for one client. */
export interface GreedyTarget {
  /** Address, such as `2001:db8::1`. */
  host: string;
  port: number;
  /** Path with which every request begins, such as `/healthz`. */
  path: string;
}

/** One connection; `sentMs` is undefined while no answer is awaited. */
interface Line {
  socket: Socket;
  openedMs: number;
  isOpen: boolean;
  sentMs: number | undefined;
  received: string;
}

/**
 * One client with a fixed rate of requests over lasting connections. It speaks HTTP/1.1 itself: a full client
 * takes the processor time that the visitors beside it need.
 */
export class GreedyRequests {
  private readonly seen: GreedySeen = { sent: 0, unsent: 0, answers: {}, lastedMs: 0 };
  private readonly request: string;
  private lines: Line[] = [];
  private timer: NodeJS.Timeout | undefined;
  private begunMs = 0;

  /**
   * @param perSecond wanted requests a second, such as 2000.
   * @param connections number of connections, such as 64.
   */
  constructor(
    private readonly target: GreedyTarget,
    private readonly perSecond: number,
    private readonly connections: number,
  ) {
    const { host, path } = target;
    const name = host.includes(":") ? `[${host}]` : host;
    this.request = `GET ${path} HTTP/1.1\r\nHost: ${name}\r\n\r\n`;
  }

  start(): void {
    this.begunMs = performance.now();
    this.lines = Array.from({ length: this.connections }, () => this.opened());
    let due = 0;
    this.timer = setInterval(() => {
      const now = performance.now();
      this.lines = this.lines.map((line) => this.kept(line, now));
      const free = this.lines.filter(({ isOpen, sentMs }) => isOpen && sentMs === undefined);
      for (; due < ((now - this.begunMs) / 1000) * this.perSecond; due += 1) {
        const line = free.pop();
        if (line) this.send(line, now);
        else this.seen.unsent += 1;
      }
    }, stepMs);
  }

  /** Ends all connections, and returns the observations. */
  stop(): GreedySeen {
    clearInterval(this.timer);
    for (const { socket } of this.lines) socket.destroy();
    return { ...this.seen, lastedMs: Math.round(performance.now() - this.begunMs) };
  }

  private opened(): Line {
    const { host, port } = this.target;
    const line: Line = {
      socket: connect(port, host),
      openedMs: performance.now(),
      isOpen: false,
      sentMs: undefined,
      received: "",
    };
    line.socket.setNoDelay(true).setEncoding("latin1");
    line.socket.on("connect", () => (line.isOpen = true));
    line.socket.on("data", (text: string) => this.hear(line, text));
    // A refusal is an expected result; the event `close` follows.
    line.socket.on("error", () => undefined);
    line.socket.on("close", () => (line.isOpen = false));
    return line;
  }

  /** The connection, or a new one if it has ended or does not answer. */
  private kept(line: Line, now: number): Line {
    const isLate = line.sentMs !== undefined && now - line.sentMs > patienceMs;
    const hasEnded = line.socket.destroyed && now - line.openedMs > reopenMs;
    if (!isLate && !hasEnded) return line;
    line.socket.destroy();
    return this.opened();
  }

  private send(line: Line, now: number): void {
    line.sentMs = now;
    line.socket.write(this.request);
    this.seen.sent += 1;
  }

  private hear(line: Line, text: string): void {
    line.received += text;
    const status = completeAnswer(line.received);
    if (status === undefined) return;
    this.seen.answers[status] = (this.seen.answers[status] ?? 0) + 1;
    line.sentMs = undefined;
    line.received = "";
  }
}

/** Status of a complete answer in HTTP/1.1; undefined while the answer is incomplete. */
export function completeAnswer(text: string): string | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const isWhole = /^transfer-encoding: *chunked/im.test(head)
    ? text.endsWith("\r\n0\r\n\r\n")
    : text.length >= end + 4 + length;
  return isWhole ? head.split(" ")[1] : undefined;
}
