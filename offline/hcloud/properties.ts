import { isIP, isIPv4 } from "node:net";
import { computed, optional, required } from "../stand-in/table";

/** Label grammar: https://docs.hetzner.cloud/reference/cloud#labels */
const labelName = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelPrefix = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const maxPrefixLength = 253;

/** Why a label's key or value is refused. */
function labelProblem(key: string, value: unknown): string | undefined {
  const [name, prefix, ...more] = key.split("/").reverse();
  const prefixIsFine =
    prefix === undefined || (prefix.length <= maxPrefixLength && labelPrefix.test(prefix));
  if (more.length > 0 || !prefixIsFine || !labelName.test(name!)) {
    return `label key '${key}' is not correctly formatted`;
  }
  if (typeof value !== "string" || value === "" || labelName.test(value)) return undefined;
  return `label value '${value}' (key: ${key}) is not correctly formatted`;
}

/** Why labels are refused, for the first that is wrong. */
function refuseLabels(value: unknown): string | undefined {
  for (const [key, label] of Object.entries(value as Record<string, unknown>)) {
    const problem = labelProblem(key, label);
    if (problem) return problem;
  }
  return undefined;
}

/** An address as bits. */
function bits(ip: string): bigint {
  if (isIPv4(ip)) return ip.split(".").reduce((all, part) => (all << 8n) | BigInt(part), 0n);
  return groups(ip).reduce((all, group) => (all << 16n) | BigInt(group), 0n);
}

/** The eight groups of an IPv6 address. */
function groups(ip: string): number[] {
  const plain = ip.replace(/\d+\.\d+\.\d+\.\d+$/, (v4) => {
    const number = Number(bits(v4));
    return `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
  });
  const [head = "", tail] = plain.split("::");
  const parts = (text: string) => (text === "" ? [] : text.split(":").map((g) => parseInt(g, 16)));
  if (tail === undefined) return parts(head);
  const [front, back] = [parts(head), parts(tail)];
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}

/** Address and prefix length of a CIDR; `undefined` if the text is none. */
function parseCidr(text: string): { ip: string; length: number } | undefined {
  const [ip = "", length = "", ...more] = text.split("/");
  const family = isIP(ip);
  if (family === 0 || more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  return Number(length) <= (family === 4 ? 32 : 128) ? { ip, length: Number(length) } : undefined;
}

/** Why a text is no CIDR. */
function refuseNonCidr(value: unknown): string | undefined {
  return parseCidr(String(value)) ? undefined : `invalid CIDR address: ${String(value)}`;
}

/** Why a text is no IP address. */
export function refuseNonIp(value: unknown): string | undefined {
  return isIP(String(value)) ? undefined : `invalid IP address: ${String(value)}`;
}

/** Why a firewall's addresses are refused: a bare address is fine, set host bits are not. */
export function refuseAddresses(value: unknown): string | undefined {
  for (const text of value as unknown[]) {
    if (typeof text !== "string" || isIP(text)) continue;
    const cidr = parseCidr(text);
    if (!cidr) return `invalid CIDR address: ${text}`;
    const hostBits = BigInt((isIPv4(cidr.ip) ? 32 : 128) - cidr.length);
    if (bits(cidr.ip) & ((1n << hostBits) - 1n)) {
      return `${text} is not the start of the cidr block`;
    }
  }
  return undefined;
}

/** True if the address lies in the block. */
export function isInside(ip: string, cidr: string): boolean {
  const block = parseCidr(cidr);
  if (!block || isIP(ip) !== isIP(block.ip) || isIP(ip) === 0) return false;
  const hostBits = BigInt((isIPv4(ip) ? 32 : 128) - block.length);
  return bits(ip) >> hostBits === bits(block.ip) >> hostBits;
}

/** A firewall's address as the API writes it: with prefix, IPv6 in lower case and compressed. */
export function canonicalAddress(text: string): string {
  const { ip, length } = parseCidr(text) ?? { ip: text, length: isIPv4(text) ? 32 : 128 };
  if (isIP(ip) !== 6) return `${ip}/${length}`;
  return `${new URL(`http://[${ip}]`).hostname.slice(1, -1)}/${length}`;
}

/** Name; made from the one in the program when it is not given. */
export const name = computed("string");
/** A switch that is off by default. */
export const off = optional("bool", { default: false });
/** Labels of the SDK half: nothing is the same as none. */
export const labels = optional("map", { refuse: refuseLabels });
/** Labels of the framework half, which has an empty map where nothing is given. */
export const frameworkLabels = optional("map", { default: {}, refuse: refuseLabels });
/** A block with prefix that must be given. */
export const cidr = required("string", { refuse: refuseNonCidr });
/** A whole number that must be given, such as the id of another resource. */
export const integer = required("int");
/** A text that must be given. */
export const text = required("string");
/** Refused since terraform-provider-hcloud v1.67; older states have it among their outputs. */
export const removedDatacenter = computed("string", {
  refuse: () => "datacenter was removed; use location, such as nbg1 for nbg1-dc3",
});
