import * as net from "node:net";

/** An IPv4 block: network address and prefix length. */
export interface Ipv4Block {
  /** First address as a number from 0 to 2^32 - 1. */
  first: number;
  /** Number of fixed bits, 0 to 32. */
  prefix: number;
}

/** Address blocks that RFC 1918 reserves for private networks. */
const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Blocks reserved for documentation. Sources: RFC 5737, RFC 3849, RFC 9637. */
const placeholders = [
  ...["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"],
  ...["2001:db8::/32", "3fff::/20"],
];
/** Blocks of addresses that are not public: private, shared by a provider's customers, link-local. */
const inner = [
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
  ...["127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"],
];

/** The address as a number. */
export function ipv4Number(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Parses a block written as `a.b.c.d/n`; undefined for any other text, and for bits set beyond the prefix. */
export function ipv4Block(cidr: string): Ipv4Block | undefined {
  const [address, prefixText, ...rest] = cidr.split("/");
  if (!address || rest.length > 0 || !net.isIPv4(address)) return undefined;
  if (!/^(0|[1-9]\d?)$/.test(prefixText ?? "") || Number(prefixText) > 32) return undefined;
  const block = { first: ipv4Number(address), prefix: Number(prefixText) };
  return block.first % 2 ** (32 - block.prefix) === 0 ? block : undefined;
}

/** True if `outer` contains every address of `inner`. */
export function contains(outer: Ipv4Block, inner: Ipv4Block): boolean {
  const size = 2 ** (32 - outer.prefix);
  return inner.prefix >= outer.prefix && Math.floor(inner.first / size) === outer.first / size;
}

/** True for a block inside the private ranges of RFC 1918. */
export function isPrivateBlock(block: Ipv4Block): boolean {
  return privateBlocks.some((cidr) => contains(ipv4Block(cidr)!, block));
}

/** True for an IPv4 or IPv6 block without bits set beyond its prefix. */
export function isCidr(text: string): boolean {
  if (ipv4Block(text)) return true;
  const [address, prefix, ...rest] = text.split("/");
  if (!address || rest.length > 0 || !net.isIPv6(address) || address.includes("%")) return false;
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix ?? "") || Number(prefix) > 128) return false;
  return hasNoHostBits(ipv6Bits(address), Number(prefix));
}

/** True if the IPv6 block `outer` contains the IPv6 block `inner`; both must be well-formed. */
export function ipv6Within(inner: string, outer: string): boolean {
  const [first = "", innerPrefix] = inner.split("/");
  const [start = "", outerPrefix] = outer.split("/");
  const fixed = Number(outerPrefix);
  const bits = (address: string) => ipv6Bits(address).slice(0, fixed);
  return Number(innerPrefix) >= fixed && bits(first) === bits(start);
}

/** True if the block `outer` contains a block or an address. */
export function isWithin(block: string, outer: string): boolean {
  const [whole, part] = [ipv4Block(outer), ipv4Block(block.includes("/") ? block : `${block}/32`)];
  if (whole && part) return contains(whole, part);
  if (whole || part || !block.includes(":")) return false;
  return ipv6Within(block.includes("/") ? block : `${block}/128`, outer);
}

/** True for a block or an address of the ranges reserved for documentation, which nobody has. */
export function isPlaceholder(block: string): boolean {
  return placeholders.some((outer) => isWithin(block, outer));
}

/** True for a public address, which other hosts on the internet see unchanged. */
export function isPublic(address: string): boolean {
  return ![...inner, ...placeholders].some((block) => isWithin(address, block));
}

function hasNoHostBits(bits: string, prefix: number): boolean {
  return !bits.slice(prefix).includes("1");
}

function ipv6Bits(address: string): string {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const plain = dotted ? `${dotted[1]}${ipv4Groups(dotted[2]!)}` : address;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return groups.map((group) => parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}

function ipv4Groups(address: string): string {
  const number = ipv4Number(address);
  return `${Math.floor(number / 65536).toString(16)}:${(number % 65536).toString(16)}`;
}
