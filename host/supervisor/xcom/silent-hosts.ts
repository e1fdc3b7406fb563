import { execFile } from "node:child_process";
import { log } from "../log";
import { isInGroup, type NodeState } from "../core/node-state";

/** Time without a sign of life after which a host counts as dead, milliseconds. */
const silentMs = 500;
/** TCP port of XCom, the members' group communication: `group_replication_local_address`. */
export const xcomPort = 33_061;

/** A peer's address, and the time since its host's last sign of life, milliseconds. */
export interface PeerSilence {
  address: string;
  silentMs: number;
}

/**
 * Addresses to which new XCom connections are refused. XCom connects to a lost member from its only
 * thread, after 0, 1.1, 3.2 and 6.3 s and so on, long after the member's removal. Each try waits up to a
 * second for an answer, and a dead host answers nothing, so each try delays all commits.
 * (`timed_connect_msec` of `xcom_network_provider_native_lib.cc` and `sender_task` of `xcom_transport.cc`,
 * MySQL 8.0 to 9.) A refusal by the own kernel takes no time.
 */
export function silentAddresses(silences: readonly PeerSilence[]): string[] {
  return silences
    .filter((silence) => silence.silentMs > silentMs)
    .map(({ address }) => address)
    .sort();
}

/** Timeout after which the kernel drops a rule by itself, even if the supervisor is gone, seconds. */
const longestSeconds = 10;
/** Time after which rules that still hold are loaded again, milliseconds. */
const renewMs = 5_000;
/** Wait after a failed load, milliseconds. */
const againMs = 1_000;

/** Rules for `nft`. They refuse only new connections, so that no working connection ends. */
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

/** Keeps the host's nftables rules in step with the peers' signs of life. */
export class FastRefusal {
  /** Addresses in force; undefined: unknown, as after a start. */
  private held: string | undefined;
  private failed: string | undefined;
  private notBefore = 0;
  private loadedAtMs = 0;

  /** @param load passes rules to `nft`. */
  constructor(private readonly load: (rules: string) => Promise<void> = loadRules) {}

  /** Loads the rules if they changed or would time out. Logs a failure once and retries. */
  keep(silences: readonly PeerSilence[], nowMs: number): void {
    const addresses = silentAddresses(silences);
    const wanted = addresses.join(", ");
    const isDue = wanted !== "" && nowMs - this.loadedAtMs >= renewMs;
    if ((wanted === this.held && !isDue) || nowMs < this.notBefore) return;
    this.notBefore = nowMs + againMs;
    void this.load(refusalRules(addresses)).then(
      () => this.loaded(wanted, nowMs),
      (error: Error) => {
        if (this.failed !== wanted)
          log(
            4,
            `rules that refuse XCom's connections to ${wanted || "nobody"} cannot be loaded: ${error.message.split("\n")[0]}`,
          );
        this.failed = wanted;
      },
    );
  }

  private loaded(wanted: string, nowMs: number): void {
    this.loadedAtMs = nowMs;
    this.notBefore = 0;
    this.failed = undefined;
    if (wanted === this.held) return;
    if (wanted)
      log(4, `no sign of life of ${wanted}: XCom's connections there are refused at once`);
    else if (this.held) log(5, "XCom connects to every peer again");
    this.held = wanted;
  }
}

/**
 * Closes this host's connections to XCom of the address. On a kernel without `CONFIG_INET_DIAG_DESTROY`
 * this does nothing and reports no error.
 */
function sever(address: string): Promise<void> {
  const filter = ["dst", address, "dport", "=", String(xcomPort)];
  return new Promise((resolve, reject) => {
    execFile(
      "/usr/bin/ss",
      ["--kill", "--tcp", "--no-header", ...filter],
      { timeout: 2_000 },
      (e) => (e ? reject(e) : resolve()),
    );
  });
}

/**
 * Closes the remaining connections to a dead host as soon as the group has removed its member. Otherwise
 * each member's XCom closes its own 10 to 16 s after the loss, and reconnects from then on at times of its
 * own (see `ReconnectSchedule`). This way all members lose the host at the same moment, and read from it
 * at the same times when it comes back. A host on which only MySQL is down closes the connections itself.
 */
export class SeveredLinks {
  private members: readonly string[] = [];

  /** @param nodes names and private addresses of the other database nodes. */
  constructor(
    private readonly nodes: readonly { name: string; privateIp: string }[],
    private readonly end: (address: string) => Promise<void> = sever,
  ) {}

  /** Processes the members, and the time since each host's last sign of life. */
  see(self: NodeState, silences: readonly PeerSilence[]): void {
    // A MySQL that does not answer for a moment proves nothing about the group.
    if (!self.member) return;
    const members = isInGroup(self) ? self.members : [];
    const silent = silentAddresses(silences);
    const lost = this.nodes.filter(
      ({ name, privateIp }) =>
        this.members.includes(name) && !members.includes(name) && silent.includes(privateIp),
    );
    this.members = members;
    if (members.length === 0) return;
    for (const { name, privateIp } of lost) {
      void this.end(privateIp).catch((error: Error) =>
        log(
          4,
          `connections to the removed member ${name} cannot be closed: ${error.message.split("\n")[0]}`,
        ),
      );
    }
  }
}
