import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { canonicalIpv6, ipv6Bytes } from "../addresses";

/** Addresses by name, such as `{ "www.example.test": ["198.18.0.200"] }`. */
export type Zone = Record<string, readonly string[]>;

/** TXT values by name. */
export type Texts = Record<string, readonly string[]>;

function zoneFile(state: string): string {
  return join(state, "names.json");
}

function textsFile(state: string): string {
  return join(state, "texts.json");
}

function replaced(file: string, content: object): void {
  writeFileSync(`${file}.new`, JSON.stringify(content, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What a file says of a name; undefined: nothing. A missing file says nothing of any name. */
function recordsOf(file: string, name: string): readonly string[] | undefined {
  try {
    const all = JSON.parse(readFileSync(file, "utf8")) as Record<string, readonly string[]>;
    return Object.hasOwn(all, name) ? all[name] : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the names that the hosts of a state directory can resolve. */
export function saveZone(state: string, zone: Zone): void {
  replaced(zoneFile(state), zone);
}

/** Replaces the TXT records that the hosts of a state directory can resolve. */
export function saveTexts(state: string, texts: Texts): void {
  replaced(textsFile(state), texts);
}

/** TXT values of a name, each as the data of a record; undefined: no such name. */
export function textRecords(state: string, name: string): Buffer[] | undefined {
  return recordsOf(textsFile(state), name)?.map((value) => {
    const bytes = Buffer.from(value);
    // A string has at most 255 bytes (RFC 1035, 3.3).
    const parts = Array.from({ length: Math.ceil(bytes.length / 255) || 1 }, (_, i) =>
      bytes.subarray(i * 255, (i + 1) * 255),
    );
    return Buffer.concat(parts.flatMap((part) => [Buffer.from([part.length]), part]));
  });
}

/** Addresses of a name as bytes; undefined: no such name. A missing file knows none. */
export function zoneAddresses(state: string, name: string): Buffer[] | undefined {
  return recordsOf(zoneFile(state), name)?.flatMap((address) => {
    if (isIPv4(address)) return [Buffer.from(address.split(".").map(Number))];
    const canonical = canonicalIpv6(address);
    return canonical === undefined ? [] : [ipv6Bytes(canonical)];
  });
}

/** Types of records that are answered. Source: RFC 1035, 3.2.2, and RFC 3596. */
const types = { a: 1, txt: 16, aaaa: 28 } as const;
const inet = 1;
/** Response codes. Source: RFC 1035, 4.1.1. */
const codes = { noError: 0, noSuchName: 3, refused: 5 } as const;
const headerBytes = 12;
/** Seconds for which an answer holds: none, so that a change of a name is seen at once. */
const ttlSeconds = 0;

/** The one question of a query: a name in small letters without a dot at its end, type and class. */
interface Question {
  name: string;
  type: number;
  class: number;
  /** First byte after it. */
  end: number;
}

function question(query: Buffer): Question | undefined {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query[at]; length !== 0; length = query[at]) {
    if (length === undefined || length > 63) return undefined;
    labels.push(query.toString("latin1", at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  if (query.length < at + 5) return undefined;
  const name = labels.join(".");
  return { name, type: query.readUInt16BE(at + 1), class: query.readUInt16BE(at + 3), end: at + 5 };
}

/**
 * The answer to a DNS query, as a server that knows some names and nothing else gives it.
 *
 * @param addresses IPv4 and IPv6 addresses of a name as bytes; undefined: no such name.
 * @param texts data of the TXT records of a name; undefined: no such name. @default no name has any
 * @returns undefined if the query is none.
 */
export function dnsAnswer(
  query: Buffer,
  addresses: (name: string) => readonly Buffer[] | undefined,
  texts: (name: string) => readonly Buffer[] | undefined = () => undefined,
): Buffer | undefined {
  if (query.length < headerBytes || (query[2]! & 0x80) !== 0) return undefined;
  const requested = query.readUInt16BE(4) === 1 ? question(query) : undefined;
  const known = requested?.class === inet ? requested.name : undefined;
  const found = known === undefined ? undefined : addresses(known);
  const written = known === undefined ? undefined : texts(known);
  const bytes = requested?.type === types.a ? 4 : requested?.type === types.aaaa ? 16 : undefined;
  const records =
    requested?.type === types.txt
      ? (written ?? [])
      : (found ?? []).filter(({ length }) => length === bytes);
  const code = !requested ? codes.refused : (found ?? written) ? codes.noError : codes.noSuchName;
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  // An answer with authority; recursion as it was asked for, and as if there were one.
  header[2] = 0x84 | (query[2]! & 0x01);
  header[3] = 0x80 | code;
  header.writeUInt16BE(requested ? 1 : 0, 4);
  header.writeUInt16BE(records.length, 6);
  const answers = records.map((data) => record(requested!.type, data));
  return Buffer.concat([
    header,
    query.subarray(headerBytes, requested?.end ?? headerBytes),
    ...answers,
  ]);
}

function record(type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(12);
  // A pointer to the name in the question (RFC 1035, 4.1.4).
  fixed.writeUInt16BE(0xc000 | headerBytes, 0);
  fixed.writeUInt16BE(type, 2);
  fixed.writeUInt16BE(inet, 4);
  fixed.writeUInt32BE(ttlSeconds, 6);
  fixed.writeUInt16BE(data.length, 10);
  return Buffer.concat([fixed, data]);
}
