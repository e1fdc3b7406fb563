import { describe, expect, it } from "vitest";
import { parseKeys, ticketKeys } from "../../../host/ticket-keys/keys";

const nowMs = Date.UTC(2027, 0, 1);
const halfDayMs = 12 * 3_600_000;

describe("ticketKeys", () => {
  it("are three keys of 80 bytes, the same on every node that knows the secret", () => {
    const keys = ticketKeys("secret", nowMs);
    expect(keys.map((key) => Buffer.from(key, "base64").length)).toEqual([80, 80, 80]);
    expect(new Set(keys).size).toBe(3);
    expect(ticketKeys("secret", nowMs + halfDayMs - 1)).toEqual(keys);
    expect(ticketKeys("other", nowMs)).not.toEqual(keys);
  });

  it("move on by one in each period, so the present key was the next one before", () => {
    const [, present, next] = ticketKeys("secret", nowMs);
    expect(ticketKeys("secret", nowMs + halfDayMs).slice(0, 2)).toEqual([present, next]);
  });
});

describe("shownKeys", () => {
  it("reads HAProxy's list", () => {
    const answer =
      "# id secret\n# 0 (/etc/haproxy/certs/tickets.keys)\n0.0 AA==\n0.1 BB==\n0.2 CC==";
    expect(parseKeys(answer)).toEqual(["AA==", "BB==", "CC=="]);
    expect(parseKeys("'show tls-keys' unable to locate referenced filename")).toEqual([]);
  });
});
