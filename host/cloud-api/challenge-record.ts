import { ApiFailure } from "./failure";
import type { Caller } from "./transport";

/** The zone of a domain in the project. */
export interface Zone {
  /** Its name, such as `example.com`. */
  zone: string;
  /** Names of its authoritative name servers, without a dot at the end. */
  nameservers: string[];
  /** Whether the registry leads to these name servers, in Hetzner's words, such as `valid` or `lame`. */
  delegation: string;
  /** Values of the record that this stack wrote, and has not removed. */
  proofs: string[];
}

/** A value of a record. */
interface WireRecord {
  value: string;
  comment?: string;
}

/** Seconds for which resolvers may keep the record: Hetzner's smallest value. */
const ttlSeconds = 60;
/** Value of a proof: SHA-256 in base64url. Source: RFC 8555, 8.4. */
const quotedDigest = /^"[A-Za-z0-9_-]{43}"$/;

interface WireZone {
  id: number;
  name: string;
  mode: string;
  authoritative_nameservers: { assigned: string[]; delegation_status?: string };
}

/**
 * The TXT record by which a certificate authority verifies a wildcard domain, in a zone of the project. Other values of
 * the same record are left alone. Source: https://docs.hetzner.cloud/reference/cloud#zone-rrset-actions
 */
export class ChallengeRecord {
  /**
   * @param domain wildcard domain, such as `*.example.com`.
   * @param mark comment of this stack's values, by which these are told from all others.
   */
  constructor(
    private readonly api: Caller,
    private readonly domain: string,
    private readonly mark: string,
  ) {}

  /** The zone with the longest name that the domain is in. @throws ApiFailure 404 if the project has none. */
  async zone(): Promise<Zone> {
    const found = await this.find();
    const { name, authoritative_nameservers: servers } = found;
    const own = (await this.records(this.pathIn(found))).filter(
      ({ value, comment }) => comment === this.mark && quotedDigest.test(value),
    );
    return {
      zone: name,
      nameservers: servers.assigned.map((server) => server.replace(/\.$/, "")),
      delegation: servers.delegation_status ?? "unknown",
      proofs: own.map(({ value }) => value.slice(1, -1)),
    };
  }

  /** Adds a value. A value that is there already is no error. */
  add(value: string): Promise<void> {
    const record = { value: `"${value}"`, comment: this.mark };
    return this.change("add_records", record, { ttl: ttlSeconds }, true);
  }

  /** Removes a value. A value that is not there is no error. */
  remove(value: string): Promise<void> {
    return this.change("remove_records", { value: `"${value}"` }, {}, false);
  }

  private async change(
    verb: string,
    record: WireRecord,
    more: object,
    wanted: boolean,
  ): Promise<void> {
    const path = this.pathIn(await this.find());
    const body = { ...more, records: [record] };
    try {
      await this.api.call("POST", `${path}/actions/${verb}`, body);
    } catch (error) {
      // Two brokers may be asked for the same change, and an answer may be lost.
      const isRefused = error instanceof ApiFailure && error.more.status !== undefined;
      if (!isRefused) throw error;
      const isThere = (await this.records(path)).some(({ value }) => value === record.value);
      if (isThere !== wanted) throw error;
    }
  }

  private async records(path: string): Promise<WireRecord[]> {
    const answer = await this.unless404<{ rrset: { records: WireRecord[] } }>(path);
    return answer?.rrset.records ?? [];
  }

  private async find(): Promise<WireZone> {
    const labels = this.domain.slice("*.".length).split(".");
    for (let from = 0; from <= labels.length - 2; from++) {
      const name = labels.slice(from).join(".");
      const zone = (await this.unless404<{ zone: WireZone }>(`zones/${name}`))?.zone;
      if (zone === undefined) continue;
      if (zone.mode === "primary") return zone;
      const message = `the zone ${name} is a ${zone.mode} one, whose records Hetzner only copies`;
      throw new ApiFailure(message, { status: 422 });
    }
    const message = `no zone of this Hetzner project contains ${this.domain}`;
    throw new ApiFailure(message, { status: 404 });
  }

  /** Path of the record, whose name is relative to the zone. */
  private pathIn({ id, name: zone }: WireZone): string {
    const base = this.domain.slice("*.".length);
    const below = base === zone ? "" : `.${base.slice(0, -zone.length - 1)}`;
    return `zones/${id}/rrsets/_acme-challenge${below}/TXT`;
  }

  private async unless404<T>(path: string): Promise<T | undefined> {
    try {
      return (await this.api.call("GET", path)) as T;
    } catch (error) {
      if (error instanceof ApiFailure && error.more.status === 404) return undefined;
      throw error;
    }
  }
}
