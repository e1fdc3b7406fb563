import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** IPv4 and IPv6 addresses by name, such as `{ "www.example.test": ["198.18.0.200"] }`. */
export type Addresses = Record<string, readonly string[]>;

/** All records of a name and a type. */
export interface PublishedSet {
  /** Relative to the zone, such as `www`; `@` is the zone itself. */
  name: string;
  /** Such as `TXT`. */
  type: string;
  /** Seconds for which resolvers may keep the records; null: as the zone says. */
  ttl: number | null;
  /** Values in the form of a zone file. */
  records: readonly { value: string }[];
}

/** A zone as its name servers know it. */
export interface PublishedZone {
  /** Such as `example.test`. */
  name: string;
  /** The name servers have no records of a secondary zone: nothing copies them. */
  mode: "primary" | "secondary";
  /** Seconds for which resolvers may keep records of a set without a TTL. */
  ttl: number;
  /** Grows with each change of the records. */
  serial: number;
  rrsets: readonly PublishedSet[];
}

const files = { addresses: "names.json", zones: "zones.json" } as const;

function replaced(file: string, content: object): void {
  writeFileSync(`${file}.new`, JSON.stringify(content, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The content of a file; `absent` if there is none. */
function contentOf<T>(file: string, absent: T): T {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch {
    return absent;
  }
}

/**
 * Replaces the names that other people's name servers know: the hosts of a state directory can resolve them, whatever
 * the zones of the cloud say.
 */
export function saveAddresses(state: string, addresses: Addresses): void {
  replaced(join(state, files.addresses), addresses);
}

/** Replaces the zones that the name servers of a state directory know. */
export function saveZones(state: string, zones: readonly PublishedZone[]): void {
  replaced(join(state, files.zones), zones);
}

/** The addresses of a name; undefined: no such name. */
export function publishedAddresses(state: string, name: string): readonly string[] | undefined {
  const all = contentOf<Addresses>(join(state, files.addresses), {});
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** The zones of the state directory. */
export function publishedZones(state: string): readonly PublishedZone[] {
  return contentOf<readonly PublishedZone[]>(join(state, files.zones), []);
}
