import { keyBlocks, type KeyBlock } from "./pem";

/** Length of the shortest values that are searched, bytes: shorter ones occur in too many places by chance. */
export const minBytes = 12;
/** Length above which a value is also searched by its end, bytes: `base64` and mail break lines. */
const wholeBytes = 64;
/** A part of a line of PEM, characters; 18 bytes of the key. */
const partLength = 24;
/** Number of bytes of a secret number that a searched part must contain. */
const givenAway = 9;

/** One encoding in which a secret may occur. */
export interface Variant {
  /** Such as `base64`. */
  form: string;
  bytes: Buffer;
}

/** Base64 of the bytes at any offset of a longer encoded text: without the ends, which depend on the neighbours. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
}

function encodings(bytes: Buffer): Variant[] {
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text).equals(bytes);
  const url = isText ? encodeURIComponent(text) : "";
  const encoded: [string, string[]][] = [
    ["base64", base64Forms(bytes)],
    ["base64url", base64Forms(bytes).map((one) => one.replaceAll("+", "-").replaceAll("/", "_"))],
    ["hex", [bytes.toString("hex"), bytes.toString("hex").toUpperCase()]],
    ["URL-encoded", isText ? [url, url.replaceAll("%20", "+")] : []],
    ["JSON-escaped", isText ? [JSON.stringify(text).slice(1, -1)] : []],
  ];
  return [
    { form: "plain", bytes },
    ...encoded.flatMap(([form, texts]) =>
      texts.map((one): Variant => ({ form, bytes: Buffer.from(one) })),
    ),
  ];
}

/** Parts of a key's lines that contain enough of its secret numbers. */
function keyParts({ lines, der, numbers }: KeyBlock): Buffer[] {
  const ranges = numbers.map((one) => [der.indexOf(one), der.indexOf(one) + one.length] as const);
  let before = 0;
  return lines.flatMap((line) => {
    const begin = before;
    before += line.length;
    const starts = [0, 20, 40].filter((at) => at + partLength <= line.length);
    return starts.flatMap((at) => {
      const from = ((begin + at) * 3) / 4;
      const to = from + (partLength * 3) / 4;
      const held = ranges.some(
        ([low, high]) => low >= 0 && Math.min(to, high) - Math.max(from, low) >= givenAway,
      );
      return held ? [Buffer.from(line.slice(at, at + partLength))] : [];
    });
  });
}

/** The strings in a text that is JSON. */
function leaves(text: string): string[] {
  if (!/^\s*[{[]/.test(text)) return [];
  const found: string[] = [];
  try {
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === "string") found.push(value);
      return value;
    });
  } catch {
    return [];
  }
  return found;
}

/**
 * All patterns of one secret: the plain value, the encoded value, and the value as part of something longer; for
 * private keys also their numbers and parts of their lines. Empty for a value below {@link minBytes}.
 */
export function variants(value: string): Variant[] {
  const bytes = Buffer.from(value.trim());
  const keys = keyBlocks(value);
  const parts = [
    bytes,
    ...(bytes.length > wholeBytes && !/\s/.test(value.trim()) ? [bytes.subarray(-32)] : []),
    ...keys.flatMap((key) => [...key.numbers, ...keyParts(key)]),
    ...leaves(value).map((one) => Buffer.from(one)),
  ].filter((one) => one.length >= minBytes);
  const all = new Map<string, Variant>();
  for (const one of parts.flatMap(encodings)) {
    const key = one.bytes.toString("latin1");
    if (one.bytes.length >= minBytes && !all.has(key)) all.set(key, one);
  }
  return [...all.values()];
}
