import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { GreedySeen } from "./greedy-requests";

/** Order to a greedy client. */
export interface GreedyOrder {
  /** Address of the site, such as `2001:db8::1`. */
  host: string;
  port: number;
  path: string;
  /** Requests a second; 0: none. */
  requestsPerSecond: number;
  /** Idle connections that the client wants to hold; 0: none. */
  idleConnections: number;
  /** Longest duration, seconds: the client then ends by itself. */
  seconds: number;
}

/** Report of a greedy client. */
export interface GreedyReport extends GreedySeen {
  /** Idle connections held at the end. */
  held: number;
}

/** Longest wait for the report of a client that was ordered to stop, milliseconds. */
const reportMs = 5_000;

/** A greedy client in a process of its own, so that the visitors' measurement does not wait for the client's work. */
export class GreedyClient {
  private readonly child: ChildProcess;
  private readonly report: Promise<GreedyReport>;

  constructor(order: GreedyOrder) {
    this.child = fork(join(__dirname, "greedy-client.ts"), [JSON.stringify(order)], {
      execArgv: ["--require", join(__dirname, "..", "start.cjs")],
    });
    this.report = Promise.race([
      once(this.child, "message").then(([report]) => report as GreedyReport),
      once(this.child, "exit").then(([status]) => {
        throw new Error(`the greedy client ended with ${status} before its report`);
      }),
    ]);
    // The call that stops the client reports a failure.
    this.report.catch(() => undefined);
  }

  /** Ends the client, and returns its report. @throws Error if it ended without one, or has none within 5 s. */
  async stop(): Promise<GreedyReport> {
    if (this.child.connected) this.child.send("stop");
    const late = pause(reportMs, undefined, { ref: false });
    const report = await Promise.race([this.report, late]);
    this.child.kill("SIGKILL");
    if (!report) throw new Error("the greedy client does not report");
    return report;
  }
}

/** Number of new connections in each step; a step begins every ten milliseconds. */
const perStep = 20;

const stepMs = 10;

/** Age from which a connection counts as accepted, milliseconds; a refused one ends earlier. */
const usualLetInMs = 2_000;

/** One client with many idle connections; it reopens a connection that ends. */
export class IdleConnections {
  /** Sockets with the time of their connection; undefined: not connected yet. */
  private readonly sockets = new Map<Socket, number | undefined>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param host address, such as `2001:db8::1`.
   * @param port port, such as 443: HAProxy waits there for TLS as long as for an idle client.
   * @param count wanted number of connections, such as 9600.
   */
  constructor(
    private readonly host: string,
    private readonly port: number,
    private readonly count: number,
    private readonly letInMs = usualLetInMs,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      for (let n = 0; n < perStep && this.sockets.size < this.count; n++) this.one();
    }, stepMs);
  }

  /** Number of accepted connections, without those of the last moments, which HAProxy may still refuse. */
  held(): number {
    const before = performance.now() - this.letInMs;
    return [...this.sockets.values()].filter((sinceMs = Infinity) => sinceMs < before).length;
  }

  /** Ends all connections. */
  stop(): void {
    clearInterval(this.timer);
    for (const socket of this.sockets.keys()) socket.destroy();
  }

  private one(): void {
    const socket = connect(this.port, this.host);
    this.sockets.set(socket, undefined);
    socket.on("connect", () => this.sockets.set(socket, performance.now()));
    // A refusal is an expected result; the event `close` follows.
    socket.on("error", () => undefined);
    socket.on("close", () => this.sockets.delete(socket));
    socket.resume();
  }
}
