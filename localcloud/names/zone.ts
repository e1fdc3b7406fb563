import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { canonicalIpv6, ipv6Bytes } from "../addresses6";

/** Addresses by name, such as `{ "www.example.test": ["198.18.0.200"] }`. */
export type Zone = Record<string, readonly string[]>;

function zoneFile(state: string): string {
  return join(state, "names.json");
}

/** Replaces the names that the hosts of a state directory can resolve. */
export function saveZone(state: string, zone: Zone): void {
  const file = zoneFile(state);
  writeFileSync(`${file}.new`, JSON.stringify(zone, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Addresses of a name as bytes; undefined: no such name. A missing file knows none. */
export function zoneAddresses(state: string, name: string): Buffer[] | undefined {
  let zone: Zone;
  try {
    zone = JSON.parse(readFileSync(zoneFile(state), "utf8")) as Zone;
  } catch {
    return undefined;
  }
  if (!Object.hasOwn(zone, name)) return undefined;
  return zone[name]!.flatMap((address) => {
    if (isIPv4(address)) return [Buffer.from(address.split(".").map(Number))];
    const canonical = canonicalIpv6(address);
    return canonical === undefined ? [] : [ipv6Bytes(canonical)];
  });
}
