import { describe, expect, it } from "vitest";
import { CheckPauses, OwnOrders } from "../../../host/acme/order-times";

/** Times of the checks of a name within two hours, minutes, where each finds a problem. */
function checked(name: string): number[] {
  let nowMs = 0;
  const pauses = new CheckPauses(() => nowMs);
  const times: number[] = [];
  for (; nowMs < 7_200_000; nowMs += 5_000) {
    if (!pauses.isDue(name)) continue;
    times.push(nowMs / 60_000);
    pauses.note(name, true);
  }
  return times;
}

describe("the checks of a name that cannot be ordered", () => {
  it("become rare for a wildcard, every ten minutes at last", () => {
    const times = checked("*.example.com");
    expect(times.slice(0, 8)).toEqual([0, 0.25, 0.75, 1.75, 3.75, 7.75, 15.75, 25.75]);
    expect(times.length).toBeLessThan(20);
  });

  it("stay frequent for a single name, since they cost no request of a broker", () => {
    expect(checked("www.example.com").slice(0, 4)).toEqual([0, 0.25, 0.5, 0.75]);
    expect(checked("www.example.com")).toHaveLength(480);
  });

  it("begin anew after one without a problem, and on a node that gets the address", () => {
    let nowMs = 0;
    const pauses = new CheckPauses(() => nowMs);
    for (let i = 0; i < 10; i++) pauses.note("*.example.com", true);
    pauses.note("*.example.com", false);
    nowMs += 15_000;
    expect(pauses.isDue("*.example.com")).toBe(true);
    for (let i = 0; i < 10; i++) pauses.note("*.example.com", true);
    expect(pauses.isDue("*.example.com")).toBe(false);
    expect(pauses.isDue("*.example.net")).toBe(true);
    pauses.forget("*.example.com");
    expect(pauses.isDue("*.example.com")).toBe(true);
  });
});

const day = 24 * 3_600_000;

const certificate = { notBeforeMs: 0, notAfterMs: 90 * day, fingerprint: "AA" };

describe("own orders", () => {
  it("are an hour apart, whatever asks for one", () => {
    let nowMs = 5;
    const orders = new OwnOrders(() => nowMs);
    expect(orders.allowsAnother("www.example.com")).toBe(true);
    orders.note("www.example.com", certificate);
    nowMs += 3_599_999;
    expect(orders.allowsAnother("www.example.com")).toBe(false);
    expect(orders.allowsAnother("example.com")).toBe(true);
    nowMs += 1;
    expect(orders.allowsAnother("www.example.com")).toBe(true);
  });

  it("give way to no other certificate while they are valid", () => {
    const orders = new OwnOrders(() => 0);
    expect(orders.isOwn("www.example.com", certificate, day)).toBe(false);
    orders.note("www.example.com", certificate);
    expect(orders.isOwn("www.example.com", certificate, day)).toBe(true);
    expect(orders.isOwn("www.example.com", { ...certificate, fingerprint: "BB" }, day)).toBe(false);
    expect(orders.isOwn("www.example.com", undefined, day)).toBe(false);
    expect(orders.isOwn("www.example.com", certificate, 91 * day)).toBe(false);
  });
});
