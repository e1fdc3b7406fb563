import type { ApiFailure } from "../cloud-api/failure";
import { Routes } from "../cloud-api/routes";
import { type Caller, Transport } from "../cloud-api/transport";
import { monotonicMs } from "../time/monotonic";
import { log } from "./journal";
import { StaleChallenges, type PendingChallenges } from "./challenges";
import { waitForRecord } from "./visible-record";

/** A broker's answer on the zone of a domain. */
interface Zone {
  zone: string;
  nameservers: string[];
  delegation: string;
  /** Values that this stack wrote. @default the broker is of an earlier release */
  proofs?: string[];
}

/** States of a delegation in which the authority would ask other name servers. Source: the API's reference, zones. */
const leadsElsewhere = ["invalid", "lame", "unregistered"];

/** Longest wait for a connection to a broker in the same private network, milliseconds. */
const brokerConnectMs = 400;
/** Pauses between attempts to remove a value: the first, which doubles, and the longest, milliseconds. */
const removalMs = { first: 60_000, most: 3_600_000 };
/** Pauses between two searches for values that others left: usually, and after a failed search, milliseconds. */
const lookMs = { usual: 6 * 3_600_000, failed: 600_000 };

/** Proves wildcard domains to the authority by TXT records, which the brokers write. Source: RFC 8555, 8.4. */
export class DnsChallenge {
  /** Attempts to remove each value, and searches for values of others by domain. */
  private readonly removals = new Map<string, { count: number; atMs: number }>();
  private readonly lookAt = new Map<string, number>();
  private readonly left: StaleChallenges;
  /** Values of the records of challenges that run. */
  private readonly used = new Set<string>();
  /** What is wrong with the name servers of a domain that did not answer at its last challenge. */
  private readonly silent = new Map<string, string>();

  /** @param visible waits until the zone's name servers have a value. */
  constructor(
    private readonly broker: Caller,
    private readonly open: PendingChallenges,
    private readonly visible: typeof waitForRecord = waitForRecord,
    private readonly nowMs: () => number = monotonicMs,
  ) {
    this.left = new StaleChallenges(nowMs);
  }

  /** Uses the brokers of these URLs. */
  static through(
    urls: readonly string[],
    tls: { key: string; cert: string; ca: string },
    open: PendingChallenges,
  ): DnsChallenge {
    const settings = { agent: "webstack-acme", tls, connectMs: brokerConnectMs };
    return new DnsChallenge(new Routes(urls.map((url) => new Transport(url, settings))), open);
  }

  /** Why a record for the domain could not be written or found; undefined: it can. */
  async problem(domain: string): Promise<string | undefined> {
    try {
      const { zone, delegation } = await this.find(domain);
      if (!leadsElsewhere.includes(delegation)) return undefined;
      return `the zone ${zone} is not delegated to Hetzner's name servers (${delegation}); enter them at the domain's registrar`;
    } catch (error) {
      return `the DNS zone of ${domain}: ${(error as Error).message}`;
    }
  }

  /**
   * Writes the value, has the authority look at it, and removes it, whatever happens.
   *
   * @param look tells the authority, and waits for its result.
   * @param goOn runs during and after the wait for the record, and ends the challenge by an error.
   */
  async prove(
    domain: string,
    value: string,
    look: () => Promise<void>,
    goOn: () => void = () => undefined,
  ): Promise<void> {
    const { nameservers } = await this.find(domain);
    // Before the change: a program that ends in between removes the value after its next start.
    this.open.add(value, domain);
    this.used.add(value);
    try {
      await this.change(domain, "add", value);
      const record = `_acme-challenge.${domain.slice("*.".length)}`;
      const silent = await this.visible(record, value, nameservers, goOn);
      if (silent === undefined) this.silent.delete(domain);
      else this.silent.set(domain, silent);
      goOn();
      await look();
    } finally {
      await this.clean(domain, value);
      this.used.delete(value);
    }
  }

  /** What is wrong with name servers that were left out at the last challenge of a domain; undefined: all answered. */
  warning(domain: string): string | undefined {
    return this.silent.get(domain);
  }

  /**
   * Removes the records that earlier challenges left: values that this node noted, and values of other nodes in the
   * zones of the domains. Failed attempts become rare, since they use up the brokers' limits. Never fails.
   *
   * @param domains wildcard domains, on the load balancer that orders; none on the other one.
   */
  async tidy(domains: readonly string[]): Promise<void> {
    // A node that gets the address again searches at once.
    if (domains.length === 0) this.lookAt.clear();
    for (const domain of domains) {
      if (this.nowMs() < (this.lookAt.get(domain) ?? -Infinity)) continue;
      const isSeen = await this.find(domain).then(
        () => true,
        () => false,
      );
      this.lookAt.set(domain, this.nowMs() + (isSeen ? lookMs.usual : lookMs.failed));
    }
    for (const [value, domain] of domains.length === 0 ? [] : this.left.take()) {
      log(5, `${domain}: removes the record of an order that did not end`);
      this.open.add(value, domain);
    }
    for (const value of this.open.values) {
      const isDue = this.nowMs() >= (this.removals.get(value)?.atMs ?? -Infinity);
      if (isDue && !this.used.has(value)) await this.clean(this.open.domain(value)!, value);
    }
  }

  private async clean(domain: string, value: string): Promise<void> {
    try {
      await this.change(domain, "remove", value);
    } catch (error) {
      // A broker refuses a domain that the stack no longer has, for ever; a zone that is gone has no record.
      const { status } = (error as ApiFailure).more ?? {};
      if (status !== 403 && status !== 404) return this.postpone(value);
    }
    this.removals.delete(value);
    this.open.remove(value);
  }

  private postpone(value: string): void {
    const count = (this.removals.get(value)?.count ?? 0) + 1;
    const waitMs = Math.min(removalMs.first * 2 ** (count - 1), removalMs.most);
    this.removals.set(value, { count, atMs: this.nowMs() + waitMs });
  }

  private async find(domain: string): Promise<Zone> {
    const zone = (await this.broker.call("POST", "challenge", { domain, verb: "find" })) as Zone;
    const isKnown = (value: string) =>
      this.used.has(value) || this.open.domain(value) !== undefined;
    this.left.note(
      domain,
      (zone.proofs ?? []).filter((value) => !isKnown(value)),
    );
    return zone;
  }

  private async change(domain: string, verb: "add" | "remove", value: string): Promise<void> {
    await this.broker.call("POST", "challenge", { domain, verb, value });
  }
}
