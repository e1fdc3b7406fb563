import { BlockList, isIPv6 } from "node:net";

/** An IPv4 block: first address and number of addresses. */
export interface Block {
  first: number;
  size: number;
  prefix: number;
}

/** The number of a dotted address, or undefined. */
export function ipv4Number(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part)))
    return undefined;
  const bytes = parts.map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

/** The dotted form of a number. */
export function ipv4Text(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

/** A block without host bits, or undefined. */
export function block(cidr: string): Block | undefined {
  const [address = "", length = ""] = cidr.split("/");
  const number = ipv4Number(address);
  const prefix = Number(length);
  if (number === undefined || !/^\d{1,2}$/.test(length) || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  return number % size === 0 ? { first: number, size, prefix } : undefined;
}

/** True if `inner` lies in `outer`. */
export function contains(outer: Block, inner: Block): boolean {
  return inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size;
}

/** True if the blocks share an address. */
export function overlaps(a: Block, b: Block): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((text) => block(text)!);

/** True if the block is private by RFC 1918. */
export function isPrivate(candidate: Block): boolean {
  return privateBlocks.some((outer) => contains(outer, candidate));
}

/** First address of a network: the gateway of all its subnets. */
export function gatewayOf(cidr: string): string {
  return ipv4Text(block(cidr)!.first + 1);
}

/** Addresses that no server gets: the cloud's own gateway. */
const reserved = ipv4Number("172.31.1.1")!;

/** True if a server of the network may have the address. */
export function isAssignable(address: number, network: Block, subnet: Block): boolean {
  const inSubnet = address > subnet.first && address < subnet.first + subnet.size - 1;
  return inSubnet && address !== network.first + 1 && address !== reserved;
}

/** The lowest free address of a subnet, or undefined if there is none. */
export function freeAddress(networkCidr: string, subnetCidr: string, used: ReadonlySet<string>) {
  const network = block(networkCidr)!;
  const subnet = block(subnetCidr)!;
  for (let address = subnet.first + 1; address < subnet.first + subnet.size - 1; address++) {
    const text = ipv4Text(address);
    if (isAssignable(address, network, subnet) && !used.has(text)) return text;
  }
  return undefined;
}

/** Public IPv4 addresses of servers and of floating IPs, within `publicRange` of the machines. */
export const publicRanges = {
  server: { first: ipv4Number("198.18.0.10")!, last: ipv4Number("198.18.0.199")! },
  floating: { first: ipv4Number("198.18.0.200")!, last: ipv4Number("198.18.0.250")! },
} as const;

/** The lowest free public IPv4 address, or undefined. */
export function freePublicAddress(use: keyof typeof publicRanges, used: ReadonlySet<string>) {
  const { first, last } = publicRanges[use];
  for (let address = first; address <= last; address++) {
    if (!used.has(ipv4Text(address))) return ipv4Text(address);
  }
  return undefined;
}

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
