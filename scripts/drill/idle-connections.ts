import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";

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
