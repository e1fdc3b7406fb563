import { describe, expect, it } from "vitest";
import { publicAddress } from "../../rolling/own-address";

const host = "api.example.com";

describe("the address with which the hosts see this machine", () => {
  it.each([
    ["its own public one, and asks nobody", "5.75.1.2", "5.75.9.9", "5.75.1.2", 0],
    ["behind a NAT the one that Hetzner sees", "192.168.1.5", "5.75.9.9", "5.75.9.9", 1],
    ["without a route the one that Hetzner sees", undefined, "5.75.9.9", "5.75.9.9", 1],
    ["not known if the answer is no address", "10.0.0.1", "<html>", undefined, 1],
    ["not known if the answer is a private one", "10.0.0.1", "10.9.9.9", undefined, 1],
    ["not known if the answer is IPv6", undefined, "2a01:4f8::1", undefined, 1],
  ])("is %s", async (_, own, seen, expected, asks) => {
    let asked = 0;
    const ask = async () => (asked++, seen);
    expect(await publicAddress(host, async () => own, ask)).toBe(expected);
    expect(asked).toBe(asks);
  });

  it("is not known if nobody answers", async () => {
    const ask = () => Promise.reject(new Error("no answer within 10 s"));
    expect(await publicAddress(host, async () => undefined, ask)).toBeUndefined();
  });
});
