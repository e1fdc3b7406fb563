import { isIPv4 } from "node:net";
import { z } from "zod";
import { invalidInput } from "./errors";
import { bodyOf, type Call } from "./request";

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

/** Applies `change_dns_ptr`; null puts the default back. */
export async function changeDnsPtr(
  call: Call,
  item: { type: "ipv4" | "ipv6"; ip: string; dnsPtr: Record<string, string> },
): Promise<void> {
  const { ip, dns_ptr } = await bodyOf(call, shape);
  setDnsPtr(item, ip, dns_ptr);
}

/** Sets or resets the name of one address. @throws ApiError if the address is another one's. */
export function setDnsPtr(
  item: { type: "ipv4" | "ipv6"; ip: string; dnsPtr: Record<string, string> },
  ip: string,
  name: string | null,
): void {
  const own = item.type === "ipv4" ? ip === item.ip : ip.startsWith(item.ip.split("::/")[0] ?? "");
  if (!own)
    throw invalidInput({ name: "ip", message: `ip '${ip}' does not belong to the resource` });
  if (name !== null) item.dnsPtr[ip] = name;
  else if (isIPv4(ip)) item.dnsPtr = defaultDnsPtr("ipv4", ip);
  else delete item.dnsPtr[ip];
}
