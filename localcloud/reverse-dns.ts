import { isIPv4 } from "node:net";
import { z } from "zod";
import { canonicalIpv6, isInIpv6Block } from "./addresses";
import { invalidInput } from "./errors";
import { bodyOf, type Call } from "./request";

/** What has names: an IPv4 address or an IPv6 /64. */
export interface Named {
  type: "ipv4" | "ipv6";
  ip: string;
  dnsPtr: Record<string, string>;
}

/** The default name of an IPv4 address; IPv6 starts without one. */
export function defaultDnsPtr(type: "ipv4" | "ipv6", ip: string): Record<string, string> {
  if (type === "ipv6") return {};
  return { [ip]: `static.${ip.split(".").reverse().join(".")}.clients.your-server.de` };
}

/** The wire form of all names. */
export function dnsPtrToWire(names: Record<string, string>): object[] {
  return Object.entries(names).map(([ip, dns_ptr]) => ({ ip, dns_ptr }));
}

const shape = z.object({ ip: z.string(), dns_ptr: z.string().nullable() });
const hostName =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?$/i;

/**
 * Applies `change_dns_ptr` to the one of `candidates` that has the address; null puts the default
 * back, which for IPv6 is no name at all.
 *
 * @throws ApiError `invalid_input` if the address is none of theirs or the name is no host name.
 */
export async function changeDnsPtr(call: Call, candidates: readonly Named[]): Promise<void> {
  const { ip: wanted, dns_ptr: name } = await bodyOf(call, shape);
  const ip = isIPv4(wanted) ? wanted : canonicalIpv6(wanted);
  const item = candidates.find((candidate) => ip !== undefined && has(candidate, ip));
  if (!item || ip === undefined) {
    throw invalidInput({ name: "ip", message: `ip '${wanted}' does not belong to the resource` });
  }
  if (name !== null && !hostName.test(name)) {
    throw invalidInput({ name: "dns_ptr", message: `'${name}' is not a host name` });
  }
  if (name !== null) item.dnsPtr[ip] = name;
  else if (item.type === "ipv4") item.dnsPtr = defaultDnsPtr("ipv4", ip);
  else delete item.dnsPtr[ip];
}

function has(item: Named, ip: string): boolean {
  return item.type === "ipv4" ? item.ip === ip : isInIpv6Block(ip, item.ip);
}
