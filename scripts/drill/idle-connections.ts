import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";

/** New connections are begun in steps of this many, one step every ten milliseconds. */
const perStep = 20;
const stepMs = 10;
/** A connection that lasts longer was let in; one that is refused ends before, milliseconds. */
const usualLetInMs = 2_000;

/** One client that keeps many connections open and says nothing; one that ends is opened again. */
export class IdleConnections {
  /** Sockets, and since when they are connected; undefined: not yet. */
  private readonly sockets = new Map<Socket, number | undefined>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param host address, such as `2001:db8::1`.
   * @param port such as 443: HAProxy waits there for TLS for as long as for an idle client.
   * @param count connections that it wants, such as 9600.
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

  /** Connections that it holds now; those of the last moments, which may be refused yet, not counted. */
  held(): number {
    const before = performance.now() - this.letInMs;
    return [...this.sockets.values()].filter((sinceMs = Infinity) => sinceMs < before).length;
  }

  /** Ends all of them. */
  stop(): void {
    clearInterval(this.timer);
    for (const socket of this.sockets.keys()) socket.destroy();
  }

  private one(): void {
    const socket = connect(this.port, this.host);
    this.sockets.set(socket, undefined);
    socket.on("connect", () => this.sockets.set(socket, performance.now()));
    // A refusal is an answer here; close follows.
    socket.on("error", () => undefined);
    socket.on("close", () => this.sockets.delete(socket));
    socket.resume();
  }
}
