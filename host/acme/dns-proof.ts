import type { ApiFailure } from "../cloud-api/failure";
import { Routes } from "../cloud-api/routes";
import { type Caller, Transport } from "../cloud-api/transport";
import { monotonicMs } from "../time/monotonic";
import type { OpenProofs } from "./open-proofs";
import { waitForRecord } from "./visible-record";

/** What a broker tells of the zone of a domain. */
interface Zone {
  zone: string;
  nameservers: string[];
  delegation: string;
}

/** States of a delegation in which the authority would ask other name servers. Source: the API's reference, zones. */
const leadsElsewhere = ["invalid", "lame", "unregistered"];

/** Longest wait for a connection to a broker in the same private network, milliseconds. */
const brokerConnectMs = 400;
/** Pause between two attempts to remove what earlier proofs left, milliseconds. */
const tidyMs = 60_000;

/** Proves wildcard domains to the authority by TXT records, which the brokers write. Source: RFC 8555, 8.4. */
export class DnsProof {
  private tidyAt = -Infinity;
  /** What is wrong with the name servers of a domain that did not answer at its last proof. */
  private readonly silent = new Map<string, string>();

  /** @param visible waits until the zone's name servers have a value. */
  constructor(
    private readonly broker: Caller,
    private readonly open: OpenProofs,
    private readonly visible: typeof waitForRecord = waitForRecord,
  ) {}

  /** Uses the brokers of these URLs. */
  static through(
    urls: readonly string[],
    tls: { key: string; cert: string; ca: string },
    open: OpenProofs,
  ): DnsProof {
    const settings = { agent: "webstack-acme", tls, connectMs: brokerConnectMs };
    return new DnsProof(new Routes(urls.map((url) => new Transport(url, settings))), open);
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
   * @param goOn runs during and after the wait for the record, and ends the proof by an error.
   */
  async prove(
    domain: string,
    value: string,
    look: () => Promise<void>,
    goOn: () => void = () => undefined,
  ): Promise<void> {
    // Before the change: a program that ends in between removes the value after its next start.
    this.open.add(value, domain);
    try {
      const { nameservers } = await this.find(domain);
      await this.change(domain, "add", value);
      const record = `_acme-challenge.${domain.slice("*.".length)}`;
      const silent = await this.visible(record, value, nameservers, goOn);
      if (silent === undefined) this.silent.delete(domain);
      else this.silent.set(domain, silent);
      goOn();
      await look();
    } finally {
      await this.clean(domain, value);
    }
  }

  /** What is wrong with name servers that were left out at a domain's last proof; undefined: all answered. */
  warning(domain: string): string | undefined {
    return this.silent.get(domain);
  }

  /** Removes what earlier proofs left, once a minute at most. Never fails. */
  async tidy(): Promise<void> {
    if (monotonicMs() < this.tidyAt) return;
    for (const value of this.open.values) {
      this.tidyAt = monotonicMs() + tidyMs;
      await this.clean(this.open.domain(value)!, value);
    }
  }

  private async clean(domain: string, value: string): Promise<void> {
    try {
      await this.change(domain, "remove", value);
    } catch (error) {
      // A broker refuses a domain that the stack no longer has, for ever.
      if ((error as ApiFailure).more?.status !== 403) return;
    }
    this.open.remove(value);
  }

  private find(domain: string): Promise<Zone> {
    return this.broker.call("POST", "challenge", { domain, verb: "find" }) as Promise<Zone>;
  }

  private async change(domain: string, verb: "add" | "remove", value: string): Promise<void> {
    await this.broker.call("POST", "challenge", { domain, verb, value });
  }
}
