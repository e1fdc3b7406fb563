import { BlockList, isIPv6 } from "node:net";

/** The shortest, lower-case form of an IPv6 address, or undefined. RFC 5952 */
export function canonicalIpv6(text: string): string | undefined {
  if (!isIPv6(text) || text.includes("%") || text.includes(".")) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** True if the address lies in the block, such as `2001:db8:1:1::/64`. */
export function isInIpv6Block(address: string, cidr: string): boolean {
  const [first = "", prefix = ""] = cidr.split("/");
  if (!isIPv6(address)) return false;
  const list = new BlockList();
  list.addSubnet(first, Number(prefix), "ipv6");
  return list.check(address, "ipv6");
}

/** The 16 bytes of an IPv6 address in its shortest form. */
export function ipv6Bytes(canonical: string): Buffer {
  return Buffer.from(ipv6Number(canonical).toString(16).padStart(32, "0"), "hex");
}

function ipv6Number(canonical: string): bigint {
  const [head = "", tail] = canonical.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [left, right] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right].reduce(
    (sum, group) => sum * 65_536n + BigInt(`0x${group}`),
    0n,
  );
}

/** A block in canonical form, or undefined if it is none or has host bits. */
export function canonicalIpv6Block(cidr: string): string | undefined {
  const [address = "", length = "", ...rest] = cidr.split("/");
  const canonical = canonicalIpv6(address);
  const prefix = Number(length);
  if (!canonical || rest.length > 0 || !/^\d{1,3}$/.test(length) || prefix > 128) return undefined;
  const hostBits = ipv6Number(canonical) % 2n ** BigInt(128 - prefix);
  return hostBits === 0n ? `${canonical}/${prefix}` : undefined;
}

/** An IPv6 /64 of the documentation range for the n-th holder: four groups, none of them zero. RFC 3849 */
export function ipv6Network(n: number): string {
  const group = (n % 0xfffe) + 1;
  return `2001:db8:${(Math.floor(n / 0xfffe) + 1).toString(16)}:${group.toString(16)}::/64`;
}
