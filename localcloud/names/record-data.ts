import { isIPv4 } from "node:net";
import { canonicalIpv6, ipv6Bytes } from "../addresses";

/** Numbers of the types of records. Source: IANA, Domain Name System parameters, resource record types. */
export const typeNumbers: Readonly<Record<string, number>> = {
  ...{ A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, HINFO: 13, MX: 15, TXT: 16, RP: 17, AAAA: 28 },
  ...{ SRV: 33, DS: 43, TLSA: 52, SVCB: 64, HTTPS: 65, CAA: 257 },
};

/** Converts one word of a value; undefined: the word does not fit. */
type Field = (word: string, zone: string) => Buffer | undefined;

const mostLabelBytes = 63;
const mostStringBytes = 255;

/** A name in the form of a message (RFC 1035, 3.1); undefined: it is none. @param name without a dot at the end */
export function nameBytes(name: string): Buffer | undefined {
  const labels = name === "" ? [] : name.split(".").map((label) => Buffer.from(label, "latin1"));
  if (labels.some(({ length }) => length === 0 || length > mostLabelBytes)) return undefined;
  const parts = labels.flatMap((label) => [Buffer.from([label.length]), label]);
  const bytes = Buffer.concat([...parts, Buffer.alloc(1)]);
  return bytes.length > mostStringBytes ? undefined : bytes;
}

/** The whole name, in small letters, that a value means: `www` and `@` are relative to the zone, `www.` is not. */
export function absoluteName(word: string, zone: string): string {
  const name = word.toLowerCase();
  if (name === "@") return zone;
  return name.endsWith(".") ? name.slice(0, -1) : `${name}.${zone}`;
}

function uint(bytes: 1 | 2 | 4): Field {
  return (word) => {
    if (!/^\d{1,10}$/.test(word) || Number(word) >= 2 ** (8 * bytes)) return undefined;
    const made = Buffer.alloc(bytes);
    made.writeUIntBE(Number(word), 0, bytes);
    return made;
  };
}

const address4: Field = (word) =>
  isIPv4(word) ? Buffer.from(word.split(".").map(Number)) : undefined;
const address6: Field = (word) => {
  const canonical = canonicalIpv6(word);
  return canonical === undefined ? undefined : ipv6Bytes(canonical);
};
const name: Field = (word, zone) => nameBytes(absoluteName(word, zone));
const hex: Field = (word) =>
  /^([0-9a-fA-F]{2})+$/.test(word) ? Buffer.from(word, "hex") : undefined;
const text: Field = (word) => Buffer.from(word);
/** A string with its length (RFC 1035, 3.3). */
const string: Field = (word) => {
  const bytes = Buffer.from(word);
  return bytes.length > mostStringBytes
    ? undefined
    : Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

/** The words of each type's value, in order. Sources: RFC 1035, 1183, 2782, 3596, 4034, 6698, 8659. */
const forms: Readonly<Record<string, readonly Field[]>> = {
  A: [address4],
  AAAA: [address6],
  CAA: [uint(1), string, text],
  CNAME: [name],
  DS: [uint(2), uint(1), uint(1), hex],
  HINFO: [string, string],
  MX: [uint(2), name],
  NS: [name],
  PTR: [name],
  RP: [name, name],
  SOA: [name, name, uint(4), uint(4), uint(4), uint(4), uint(4)],
  SRV: [uint(2), uint(2), uint(2), name],
  TLSA: [uint(1), uint(1), uint(1), hex],
};

/** True if values of a type are converted: those of `HTTPS` and `SVCB` are not. */
export function isConverted(type: string): boolean {
  return type === "TXT" || type in forms;
}

/**
 * The data of a record in the form of a message.
 *
 * @param value in the form of a zone file, such as `10 mail` for `MX`. @param zone that its names are relative to.
 * @returns undefined if the value does not fit the type, or the type is not converted.
 */
export function recordData(type: string, value: string, zone: string): Buffer | undefined {
  const words = [...value.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
  const fields = type === "TXT" ? words.map(() => string) : forms[type];
  if (fields === undefined || fields.length !== words.length) return undefined;
  const parts = fields.map((field, i) => field(words[i]!, zone));
  return parts.includes(undefined) ? undefined : Buffer.concat(parts as Buffer[]);
}
