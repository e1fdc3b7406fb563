import { hkdfSync } from "node:crypto";

/** How long new tickets are made with one key, milliseconds; a ticket itself holds for five minutes. */
const periodMs = 12 * 3_600_000;
/** Bytes of a key: name, AES-256 and HMAC. Source: HAProxy 3.2, `tls-ticket-keys`. */
const keyBytes = 80;

/**
 * Keys of session tickets for a time, in base 64: the last one's, the present one and the next one's. HAProxy
 * makes tickets with the second and takes those of all, so two nodes whose clocks differ understand
 * each other. Whoever learns a key learns neither the secret nor the key of another time.
 *
 * @param secret what only the load balancers know. @param nowMs milliseconds since 1970.
 */
export function ticketKeys(secret: string, nowMs: number): string[] {
  const period = Math.floor(nowMs / periodMs);
  return [period - 1, period, period + 1].map((number) =>
    Buffer.from(hkdfSync("sha256", secret, "", `session tickets ${number}`, keyBytes)).toString(
      "base64",
    ),
  );
}

/** The keys in HAProxy's answer to `show tls-keys <file>`, oldest first. */
export function shownKeys(answer: string): string[] {
  return [...answer.matchAll(/^\d+\.\d+ (\S+)$/gm)].map(([, key]) => key!);
}
