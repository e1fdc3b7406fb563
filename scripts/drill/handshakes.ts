import { connect } from "node:tls";
import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";

/** One TLS handshake with a name of the site, on a connection of its own. */
export interface Handshake {
  /** Name of the certificate, such as `*.example.com` for a name beneath it. */
  name: string;
  /** End of the handshake, milliseconds of the monotonic clock. */
  endMs: number;
  /** SHA-256 of the served certificate; absent after a failure. */
  certificate?: string;
  /** Reason of a failure, such as an expired certificate. */
  failure?: string;
}

/** Pause between two handshakes: 50 a second. */
const everyMs = 20;
/** Longest handshake, milliseconds. */
const handshakeMs = 3_000;

/** A name that a certificate is for: itself, or a new random name beneath a wildcard. */
export function visitedName(name: string): string {
  return name.startsWith("*.") ? `${randomBytes(6).toString("hex")}${name.slice(1)}` : name;
}

/** Handshakes with the names in turn, each verified by name, dates and authority, until they are stopped. */
export class Handshakes {
  readonly done: Handshake[] = [];
  /** Names in turn; they may change while the handshakes go on. */
  names: readonly string[];
  private readonly open = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;
  private count = 0;

  /**
   * @param host address of the site. @param names a wildcard is visited by a new name each time.
   * @param roots certificates of trusted authorities, PEM; more may be added while the handshakes go on.
   */
  constructor(
    private readonly host: string,
    names: readonly string[],
    readonly roots: string[],
  ) {
    this.names = names;
    this.timer = setInterval(() => this.begin(), everyMs);
  }

  private begin(): void {
    const name = this.names[this.count++ % this.names.length]!;
    const one = handshake(this.host, name, this.roots).then((seen) => void this.done.push(seen));
    this.open.add(one);
    void one.finally(() => this.open.delete(one));
  }

  /** Certificates that were served for a name, in order of their first handshake. */
  certificates(name: string): string[] {
    const of = this.done.flatMap((one) => (one.name === name ? (one.certificate ?? []) : []));
    return [...new Set(of)];
  }

  /** Stops, and waits for the handshakes under way. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.open);
  }
}

function handshake(host: string, name: string, roots: readonly string[]): Promise<Handshake> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 443, servername: visitedName(name), ca: [...roots] });
    const end = (result: Partial<Handshake>) => {
      socket.destroy();
      resolve({ name, endMs: performance.now(), ...result });
    };
    socket.setTimeout(handshakeMs, () => end({ failure: `no handshake in ${handshakeMs} ms` }));
    socket.once("error", (error) => end({ failure: error.message }));
    socket.once("secureConnect", () =>
      end({ certificate: socket.getPeerCertificate().fingerprint256 }),
    );
  });
}
