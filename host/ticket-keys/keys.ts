import { hkdfSync } from "node:crypto";

/** How long new tickets are encrypted with one key, milliseconds; a ticket is valid for five minutes. */
const periodMs = 12 * 3_600_000;
/** Size of a key, bytes: name, AES-256 and HMAC. Source: HAProxy 3.2, `tls-ticket-keys`. */
const keyBytes = 80;

/**
 * Session ticket keys at a time, base64: of the previous, the present and the next period. HAProxy
 * encrypts with the second key and accepts all three, so two nodes with different clocks accept each
 * other's tickets. A leaked key reveals neither the secret nor the key of another period.
 *
 * @param secret secret that only the load balancers have.
 *
 * @param nowMs milliseconds since 1970.
 */
export function ticketKeys(secret: string, nowMs: number): string[] {
  const period = Math.floor(nowMs / periodMs);
  return [period - 1, period, period + 1].map((number) =>
    Buffer.from(hkdfSync("sha256", secret, "", `session tickets ${number}`, keyBytes)).toString(
      "base64",
    ),
  );
}

/** Parses the keys in HAProxy's answer to `show tls-keys <file>`, oldest first. */
export function parseKeys(answer: string): string[] {
  return [...answer.matchAll(/^\d+\.\d+ (\S+)$/gm)].map(([, key]) => key!);
}
