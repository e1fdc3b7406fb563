/** Characters of Bech32, each five bits. Source: BIP-173, https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki */
const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/** Characters of the checksum. */
const checkLength = 6;
/** Bytes of each key of age: https://github.com/C2SP/C2SP/blob/main/age.md#the-x25519-recipient-type */
const keyBytes = 32;

/** The bytes in Bech32 with a human-readable part, such as `age`, in small letters. */
export function bech32(name: string, bytes: Buffer): string {
  const words = fives(bytes);
  const sum = polymod([...expanded(name), ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31);
  return `${name}1${[...words, ...check].map((word) => alphabet[word]).join("")}`;
}

/**
 * Why a text is no key in Bech32, as the end of a sentence without any part of the text; undefined: it is one.
 *
 * @param name human-readable part in small letters, such as `age-secret-key-`.
 */
function keyProblem(text: string, name: string): string | undefined {
  const small = text.toLowerCase();
  if (text !== small && text !== text.toUpperCase()) return "mixes small and capital letters";
  if (!small.startsWith(`${name}1`)) return `does not begin with ${name}1`;
  const words = [...small.slice(name.length + 1)].map((one) => alphabet.indexOf(one));
  const length = Math.ceil((keyBytes * 8) / 5) + checkLength;
  if (words.length !== length) {
    return `has ${words.length} characters after its beginning, not ${length}`;
  }
  if (words.includes(-1)) return "has a character that no key has (1, b, i, o or a sign)";
  const isRight = polymod([...expanded(name), ...words]) === 1;
  return isRight ? undefined : "has a character that is wrong: its checksum does not match";
}

/** True for a recipient of age, such as `age1…`, with the right checksum. */
export function isAgeRecipient(text: string): boolean {
  // Only an identity is in capital letters.
  return text === text.toLowerCase() && keyProblem(text, "age") === undefined;
}

/** A recipient with the right checksum to which age refuses to encrypt: all its bytes are zero. */
export const recipientExample = bech32("age", Buffer.alloc(keyBytes));

/**
 * What is wrong with a file of identities, as the end of a sentence without any secret; undefined: nothing, or a line is of
 * a kind that only age knows, such as a key of SSH.
 */
export function identityFileProblem(content: string): string | undefined {
  const lines = content.split("\n").map((line) => line.trim());
  const isKey = (line: string) => line !== "" && !line.startsWith("#");
  if (!lines.some(isKey)) return "has no identity: no line that begins with AGE-SECRET-KEY-1";
  for (const [at, line] of lines.entries()) {
    if (line.startsWith("age1")) {
      return `has a public key in line ${at + 1}, which opens nothing: the identity begins with AGE-SECRET-KEY-1`;
    }
    if (!/^age-secret-key-1/i.test(line)) continue;
    const problem =
      line === line.toLowerCase() ? "is in small letters" : keyProblem(line, "age-secret-key-");
    if (problem) return `has an identity in line ${at + 1} that ${problem}`;
  }
  return undefined;
}

/** The human-readable part, as the checksum counts it. */
function expanded(name: string): number[] {
  const codes = [...Buffer.from(name)];
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(values: readonly number[]): number {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  return values.reduce((sum, value) => {
    const top = sum >>> 25;
    const next = ((sum & 0x1ffffff) << 5) ^ value;
    return generator.reduce((all, part, i) => ((top >>> i) & 1 ? all ^ part : all), next);
  }, 1);
}

/** Converts bytes to numbers of five bits, the last one padded with zeros. */
function fives(bytes: Buffer): number[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => parseInt(five.padEnd(5, "0"), 2));
}
