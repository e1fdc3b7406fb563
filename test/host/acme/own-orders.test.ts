import { describe, expect, it } from "vitest";
import { OwnOrders } from "../../../host/acme/own-orders";

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
