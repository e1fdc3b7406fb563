import type { PublishedSet, PublishedZone } from "./published";
import { absoluteName, recordData, typeNumbers } from "./record-data";

/** Hetzner's name servers, which each zone is assigned to. Source: https://docs.hetzner.com/networking/dns/ */
export const nameservers: readonly string[] = [
  "hydrogen.ns.hetzner.com",
  "oxygen.ns.hetzner.com",
  "helium.ns.hetzner.de",
];

/** Response codes. Source: RFC 1035, 4.1.1. */
export const codes = {
  ...{ noError: 0, formatError: 1, serverFailure: 2, noSuchName: 3 },
  ...{ notImplemented: 4, refused: 5 },
} as const;

/** A record of an answer. */
export interface ResourceRecord {
  /** Whole name, in small letters, without a dot at the end. */
  name: string;
  /** Number of the type. */
  type: number;
  ttlSeconds: number;
  data: Buffer;
}

/** What a name server says of a name and a type. */
export interface NameAnswer {
  code: number;
  isAuthoritative: boolean;
  answers: ResourceRecord[];
  /** SOA record of an answer without records; NS records of a delegated part. */
  authority: ResourceRecord[];
  /** Name outside of all zones that the last CNAME record leads to. */
  leadsTo?: string;
}

/**
 * Values of a new zone's SOA record, seconds, and the seconds for which resolvers may keep SOA and NS records. Source:
 * https://docs.hetzner.com/dns-console/dns/general/zone-file-example
 */
const soaSeconds = { refresh: 86_400, retry: 10_800, expire: 3_600_000, minimum: 3_600 } as const;

const impliedTtl = 3_600;

/** Longest chain of CNAME records. */
const mostAliases = 8;

/** The zone with the longest name that contains a name. */
function zoneWith(zones: readonly PublishedZone[], name: string): PublishedZone | undefined {
  const around = zones.filter((zone) => isWithin(name, zone.name));
  return around.sort((a, b) => b.name.length - a.name.length)[0];
}

function isWithin(name: string, outer: string): boolean {
  return name === outer || name.endsWith(`.${outer}`);
}

/** A zone's records by whole names, with the SOA and NS records that each zone has. */
class Records {
  private readonly sets: readonly PublishedSet[];

  constructor(private readonly zone: PublishedZone) {
    const { name, serial, rrsets } = zone;
    const { refresh, retry, expire, minimum } = soaSeconds;
    const soa = `${nameservers[0]}. dns.hetzner.com. ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    const own = rrsets.map((set) => ({ ...set, name: ownName(set.name, name) }));
    const implied = (type: string, values: readonly string[]): PublishedSet[] =>
      own.some((set) => set.type === type && set.name === name)
        ? []
        : [{ name, type, ttl: impliedTtl, records: values.map((value) => ({ value })) }];
    this.sets = [
      ...own,
      ...implied("SOA", [soa]),
      ...implied(
        "NS",
        nameservers.map((server) => `${server}.`),
      ),
    ];
  }

  /** The sets of a name; undefined: there is no such name. A wildcard stands for missing names (RFC 4592, 2.2). */
  at(name: string): PublishedSet[] | undefined {
    const found = this.sets.filter((set) => set.name === name);
    if (found.length > 0) return found;
    if (this.has(name)) return [];
    let encloser = parent(name);
    while (!this.has(encloser)) encloser = parent(encloser);
    const sets = this.sets.filter((set) => set.name === `*.${encloser}`);
    return sets.length > 0 ? sets : undefined;
  }

  /** The NS set by which a part of the zone with this name is delegated. */
  delegation(name: string): PublishedSet | undefined {
    return this.sets.find(
      (set) => set.type === "NS" && set.name !== this.zone.name && isWithin(name, set.name),
    );
  }

  /** A set as records of an answer; undefined: a value cannot be converted. */
  written({ type, ttl, records }: PublishedSet, name: string): ResourceRecord[] | undefined {
    const all = records.map(({ value }) => recordData(type, value, this.zone.name));
    if (all.includes(undefined)) return undefined;
    const shape = { name, type: typeNumbers[type]!, ttlSeconds: ttl ?? this.zone.ttl };
    return all.map((data) => ({ ...shape, data: data! }));
  }

  /** The SOA record for an answer without records (RFC 2308, 3). */
  get soa(): ResourceRecord[] {
    const [soa] = this.sets.filter(({ type, name }) => type === "SOA" && name === this.zone.name);
    return (this.written(soa!, this.zone.name) ?? []).map((record) => ({
      ...record,
      ttlSeconds: Math.min(record.ttlSeconds, record.data.readUInt32BE(record.data.length - 4)),
    }));
  }

  private has(name: string): boolean {
    return this.sets.some((set) => isWithin(set.name, name));
  }
}

function ownName(relative: string, zone: string): string {
  return relative === "@" ? zone : `${relative.toLowerCase()}.${zone}`;
}

function parent(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}

/**
 * What the name servers of the zones answer. CNAME records are followed within the zones.
 *
 * @param name in small letters. @param type number of the type.
 * @returns undefined if the name is in no zone.
 */
export function zoneAnswer(
  zones: readonly PublishedZone[],
  name: string,
  type: number,
): NameAnswer | undefined {
  if (!zoneWith(zones, name)) return undefined;
  const answers: ResourceRecord[] = [];
  const base = { isAuthoritative: true, answers, authority: [] };
  const failed = { ...base, code: codes.serverFailure, answers: [] };
  let at = name;
  for (let aliases = 0; aliases <= mostAliases; aliases++) {
    const zone = zoneWith(zones, at);
    if (!zone) return { ...base, code: codes.noError, leadsTo: at };
    if (zone.mode !== "primary") return failed;
    const records = new Records(zone);
    const cut = records.delegation(at);
    if (cut) {
      const authority = records.written(cut, cut.name) ?? [];
      return { ...base, isAuthoritative: answers.length > 0, code: codes.noError, authority };
    }
    const sets = records.at(at);
    if (!sets) return { ...base, code: codes.noSuchName, authority: records.soa };
    const wanted = sets.find((set) => typeNumbers[set.type] === type);
    const alias = wanted ? undefined : sets.find((set) => set.type === "CNAME");
    const set = wanted ?? alias;
    if (!set) return { ...base, code: codes.noError, authority: records.soa };
    const written = records.written(set, at);
    if (!written) return failed;
    answers.push(...written);
    if (!alias) return { ...base, code: codes.noError };
    at = absoluteName(alias.records[0]!.value, zone.name);
  }
  return failed;
}
