import { createSocket } from "node:dgram";
import { request } from "node:https";
import { isIPv4 } from "node:net";
import { isPublic } from "../config/addresses";

/** URL that answers with the caller's IPv4 address; it is Hetzner's own, so no other company learns of the call. */
export const addressUrl = "https://ip.hetzner.com/";
/** Longest wait for that answer, milliseconds. */
const answerMs = 10_000;

/**
 * The public IPv4 address of this machine, as Hetzner sees it: SSH reaches the load balancers over IPv4.
 *
 * @throws Error without an answer in time. The answer itself is not checked.
 */
export function seenWith(): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(addressUrl, { family: 4, timeout: answerMs }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text = (text + chunk.toString()).slice(0, 200)));
      answer.on("end", () => resolve(text.trim()));
      answer.on("error", reject);
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    call.on("error", reject);
    call.end();
  });
}

/** The source address of this machine towards a host; connecting a UDP socket sends no packet. */
export function sourceTowards(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (address?: string) => {
      socket.close();
      resolve(address);
    };
    const connected = (error?: unknown) => end(error ? undefined : socket.address().address);
    socket.connect(443, host, connected);
  });
}

/**
 * The IPv4 address with which the hosts see this machine: its own address if that is public, otherwise the one that
 * Hetzner sees. Undefined: nobody tells it, as without IPv4.
 *
 * @param host name of the API: the route to the API is about that to the hosts.
 * @param source source address towards a host; replaced in tests.
 * @param ask returns the address that Hetzner sees; replaced in tests.
 */
export async function publicAddress(
  host: string,
  source: (host: string) => Promise<string | undefined> = sourceTowards,
  ask: () => Promise<string> = seenWith,
): Promise<string | undefined> {
  const isUsable = (address: string | undefined) =>
    address !== undefined && isIPv4(address) && isPublic(address);
  const own = await source(host);
  if (isUsable(own)) return own;
  const seen = await ask().catch(() => undefined);
  return isUsable(seen) ? seen : undefined;
}
