import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { isIP } from "node:net";
import { performance } from "node:perf_hooks";
import { isServed, patienceMs, type Probe } from "./prober";

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/** Requests that are sent at the same time, as streams of one connection. */
const streamsAtOnce = 4;
/** Most repetitions of a request that the site refused unprocessed. */
const mostRepetitions = 2;

/** Site of an {@link Http2Visitor}. */
export interface Http2Site {
  /** Address, such as `198.51.100.7`; an IPv6 address without brackets. */
  address: string;
  /** TCP port, such as 443. */
  port: number;
  /** Host name or address in the requests; a name is the TLS server name too. */
  authority: string;
}

/** Connections and repetitions of an {@link Http2Visitor}. */
export interface Http2Counts {
  connections: number;
  /** Connections that the site asked to leave, by GOAWAY. */
  left: number;
  /** Connections that ended without a GOAWAY, and not by this client. */
  cut: number;
  /** Requests that the site refused unprocessed, and that were sent again. */
  repeated: number;
}

/** How a stream ended. */
interface Ended {
  /** Status; 0: no whole answer. */
  status: number;
  /** True if the site has said that it did not process the request. */
  isUnprocessed: boolean;
}

/**
 * Sends GET requests over HTTP/2 at a fixed rate, independent of earlier answers, several at once as streams of one
 * connection. It leaves as browsers do: after a GOAWAY it connects anew, while the streams of the old connection go on.
 * A request that the site has not processed (REFUSED_STREAM, or a stream beyond the GOAWAY's last one: RFC 9113, 8.7)
 * is sent again, at most twice. Each other end without a whole answer is a failure. It trusts every certificate.
 */
export class Http2Visitor {
  readonly probes: Probe[] = [];
  readonly counts: Http2Counts = { connections: 0, left: 0, cut: 0, repeated: 0 };
  private timer: NodeJS.Timeout | undefined;
  private current: ClientHttp2Session | undefined;
  private isOver = false;
  /** Last stream that the site processes, by connection that it asked to leave. */
  private readonly lastStreams = new WeakMap<ClientHttp2Session, number>();
  private readonly open = new Set<ClientHttp2Session>();
  private readonly under = new Set<Promise<void>>();

  /** @param perSecond requests per second. */
  constructor(
    private readonly site: Http2Site,
    private readonly path: string,
    private readonly perSecond: number,
  ) {}

  start(): void {
    const begun = performance.now();
    let sent = 0;
    this.timer = setInterval(() => {
      // Timers may be late, but the rate must be exact.
      for (; sent < ((performance.now() - begun) / 1000) * this.perSecond; sent += streamsAtOnce) {
        for (let i = 0; i < streamsAtOnce; i++) this.send();
      }
    }, 5);
  }

  /** Stops sending; resolves once the last request has an answer or has failed, and closes all connections. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.under);
    this.isOver = true;
    for (const session of this.open) session.destroy();
  }

  /** The visit in one line. */
  summary(): string {
    const { connections, left, cut, repeated } = this.counts;
    const failed = this.probes.filter((probe) => !isServed(probe)).length;
    return (
      `HTTP/2: ${failed} of ${this.probes.length} requests failed, on ${connections} connections, ` +
      `of which the site asked to leave ${left} and ${cut} were cut; ${repeated} requests repeated that the site had not processed`
    );
  }

  private send(): void {
    const work = this.once().then((probe) => {
      this.probes.push(probe);
      this.under.delete(work);
    });
    this.under.add(work);
  }

  private async once(): Promise<Probe> {
    const atMs = performance.now();
    let ended = await this.ask(atMs);
    let repetitions = 0;
    for (; ended.isUnprocessed && repetitions < mostRepetitions; repetitions++) {
      this.counts.repeated += 1;
      ended = await this.ask(atMs);
    }
    const probe = { atMs, tookMs: performance.now() - atMs, status: ended.status };
    return repetitions > 0 ? { ...probe, isRetried: true } : probe;
  }

  /** Sends a request that began at `atMs`; resolves once its stream has ended. */
  private ask(atMs: number): Promise<Ended> {
    const session = this.session();
    const head = { ":path": this.path, ":authority": this.site.authority };
    const stream = session.request(head);
    return new Promise((resolve) => {
      let [status, isWhole, isLate] = [0, false, false];
      const late = () => {
        isLate = true;
        // The connection may be dead; what comes next takes another one.
        if (this.current === session) this.current = undefined;
        stream.close(NGHTTP2_CANCEL);
      };
      const timer = setTimeout(late, Math.max(0, atMs + patienceMs - performance.now()));
      stream.on("response", (headers) => (status = headers[":status"] ?? 0));
      stream.on("end", () => (isWhole = true));
      // The end of the stream tells.
      stream.on("error", () => undefined);
      stream.resume();
      stream.on("close", () => {
        clearTimeout(timer);
        const isAnswered = isWhole && !isLate && stream.rstCode === NGHTTP2_NO_ERROR;
        // Node.js ends streams before it reports the GOAWAY that ends them.
        setImmediate(() => {
          const isUnprocessed = status === 0 && !isLate && this.isUnprocessed(session, stream);
          resolve({ status: isAnswered ? status : 0, isUnprocessed });
        });
      });
    });
  }

  private isUnprocessed(session: ClientHttp2Session, { id, rstCode }: ClientHttp2Stream): boolean {
    if (rstCode === NGHTTP2_REFUSED_STREAM) return true;
    const last = this.lastStreams.get(session);
    // A stream without a number was never sent.
    return last !== undefined && (id === undefined || id > last);
  }

  /** The connection for the next request. */
  private session(): ClientHttp2Session {
    const { current } = this;
    const isUsable = current && !current.closed && !current.destroyed;
    return isUsable ? current : (this.current = this.connected());
  }

  private connected(): ClientHttp2Session {
    const { address, port, authority } = this.site;
    const host = address.includes(":") ? `[${address}]` : address;
    const session = connect(`https://${host}:${port}`, {
      // An address is no TLS server name (RFC 6066, 3).
      servername: isIP(authority) ? "" : authority,
      rejectUnauthorized: false,
    });
    this.counts.connections += 1;
    this.open.add(session);
    session.on("error", () => undefined);
    session.on("goaway", (_, lastStream) => {
      if (!this.lastStreams.has(session)) this.counts.left += 1;
      this.lastStreams.set(session, lastStream);
      if (this.current === session && !this.isOver) this.current = this.connected();
    });
    session.on("close", () => {
      this.open.delete(session);
      if (!this.isOver && !this.lastStreams.has(session)) this.counts.cut += 1;
    });
    return session;
  }
}
