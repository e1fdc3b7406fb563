import { execFile } from "node:child_process";
import { log } from "../log";

/** Silence from which a peer's host is taken for dead, milliseconds. */
const silentMs = 500;
/** Port of XCom, over which members of the group talk: `group_replication_local_address`. */
export const xcomPort = 33_061;

/** A peer, and how long nothing at all was heard of its host, milliseconds. */
export interface Silence {
  address: string;
  silentMs: number;
}

/**
 * Addresses that new connections of XCom are to be refused to. XCom connects to a lost member from
 * its only thread and waits up to a second for an answer each time, after 0, 1.1, 3.2 and 6.3 s, and
 * so on long after its removal: a host that is gone answers nothing, so each try makes all commits
 * wait. (`timed_connect_msec` of `xcom_network_provider_native_lib.cc` and `sender_task` of
 * `xcom_transport.cc`, MySQL 8.0 to 9.) A refusal by the own kernel takes no time.
 */
export function toRefuse(silences: readonly Silence[]): string[] {
  return silences
    .filter((silence) => silence.silentMs > silentMs)
    .map(({ address }) => address)
    .sort();
}

/** The kernel ends a rule by itself after so long, whatever becomes of the supervisor, seconds. */
const longestSeconds = 10;
/** Time after which rules that still hold are loaded again, milliseconds. */
const renewMs = 5_000;
/** Wait after rules that could not be loaded, milliseconds. */
const againMs = 1_000;

/** The rules for `nft`; only beginnings of connections are refused, so that nothing that works ends. */
export function refusalRules(addresses: readonly string[]): string {
  const table = "table inet webstack-fast-refusal";
  const elements = addresses.map((address) => `${address} timeout ${longestSeconds}s`);
  const rules = [
    `${table} {`,
    `  set silent { type ipv4_addr; flags timeout; elements = { ${elements.join(", ")} }; }`,
    "  chain output {",
    "    type filter hook output priority -10; policy accept;",
    `    ip daddr @silent tcp dport ${xcomPort} tcp flags & (syn | ack) == syn reject with tcp reset`,
    "  }",
    "}",
  ];
  return [table, `delete ${table}`, ...(addresses.length > 0 ? rules : []), ""].join("\n");
}

function loadRules(rules: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile("/usr/sbin/nft", ["-f", "-"], { timeout: 2_000 }, (error) =>
      error ? reject(error) : resolve(),
    );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(rules);
  });
}

/** Keeps the rules of this host in step with the silence of its peers. */
export class FastRefusal {
  /** What is in force; undefined: not known, as after a start. */
  private held: string | undefined;
  private failed: string | undefined;
  private notBefore = 0;
  private loadedAtMs = 0;

  /** @param load gives rules to `nft`. */
  constructor(private readonly load: (rules: string) => Promise<void> = loadRules) {}

  /** Loads what is to hold now, if it differs or would end; a failure is said once and tried again. */
  keep(silences: readonly Silence[], nowMs: number): void {
    const addresses = toRefuse(silences);
    const wanted = addresses.join(", ");
    const isDue = wanted !== "" && nowMs - this.loadedAtMs >= renewMs;
    if ((wanted === this.held && !isDue) || nowMs < this.notBefore) return;
    this.notBefore = nowMs + againMs;
    void this.load(refusalRules(addresses)).then(
      () => this.loaded(wanted, nowMs),
      (error: Error) => {
        if (this.failed !== wanted) log(4, `XCom's connections: ${error.message.split("\n")[0]}`);
        this.failed = wanted;
      },
    );
  }

  private loaded(wanted: string, nowMs: number): void {
    this.loadedAtMs = nowMs;
    this.notBefore = 0;
    this.failed = undefined;
    if (wanted === this.held) return;
    if (wanted) log(4, `nothing is heard of ${wanted}; XCom is not to wait for it`);
    else if (this.held) log(5, "XCom connects to every peer again");
    this.held = wanted;
  }
}
