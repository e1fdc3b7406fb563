import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NameOrders } from "../../../host/acme/name-orders";
import { OrderFailure } from "../../../host/acme/order-failure";
import { Store, type Stored } from "../../../host/acme/store";

const start = Date.UTC(2027, 0, 1);
const name = "*.example.com";

let folder: string;
let isActive: boolean;
let atMs: number;
let problem: string | undefined;
let checked: string[];
let ordered: string[];
/** What happens while the domain is checked, and while it is ordered. */
let whileChecked: () => void;
let whileOrdered: () => void;
let journal: string[];
/** The stored certificate; undefined: none. */
let held: Stored | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "acme-orders-"));
  [isActive, atMs, problem, checked, ordered, journal] = [true, 0, undefined, [], [], []];
  held = undefined;
  whileChecked = whileOrdered = () => undefined;
  vi.spyOn(console, "log").mockImplementation((line: string) => void journal.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function orders(): NameOrders {
  const store = new Store(folder);
  store.read = () => held;
  return new NameOrders({
    store,
    advice: {
      refresh: () => Promise.resolve(),
      renewMs: () => undefined,
      replacedId: () => undefined,
    },
    isActive: () => isActive,
    requests: () => ({}),
    problem: (about) => {
      checked.push(about);
      whileChecked();
      return Promise.resolve(problem);
    },
    warning: () => undefined,
    order: async (about, _, goOn) => {
      await Promise.resolve();
      goOn();
      ordered.push(about);
      whileOrdered();
      goOn();
      throw new OrderFailure("the authority https://a.example/ is not reached: ECONNREFUSED");
    },
    serve: () => Promise.resolve(),
    onDisk: (save) => save(),
    nowMs: () => start + atMs,
    monotonicMs: () => atMs,
  });
}

describe("the order of a name", () => {
  it("that fails says why, and when the authority is asked again", async () => {
    const one = orders();
    await one.attend(name);
    const message = "the authority https://a.example/ is not reached: ECONNREFUSED";
    expect(journal.at(-1)).toBe(
      `<4>*.example.com: no certificate (1 failures): ${message}; asked again after 2027-01-01T00:01:00.000Z`,
    );
    expect(one.status(name, true)).toEqual({
      lastFailure: message,
      nextTry: "2027-01-01T00:01:00.000Z",
    });
  });

  it("is not begun by a node that lost the address during the check", async () => {
    whileChecked = () => (isActive = false);
    const one = orders();
    await one.attend(name);
    expect([checked, ordered]).toEqual([[name], []]);
    expect(one.status(name, true).lastFailure).toBeUndefined();
  });

  it("ends on a node that lost the address in between, which is no failure", async () => {
    whileOrdered = () => (isActive = false);
    const one = orders();
    await one.attend(name);
    expect(ordered).toEqual([name]);
    expect(one.status(name, true).lastFailure).toBeUndefined();
    expect(journal.at(-1)).toBe(
      "<5>*.example.com: the order ended: this load balancer does not have the address any more",
    );
  });

  it("is checked ever more rarely while its zone cannot be used, and at once by the next node", async () => {
    problem = "no zone";
    const one = orders();
    for (; atMs < 3_600_000; atMs += 5_000) await one.attend(name);
    expect(checked).toHaveLength(11);
    expect(one.status(name, true).awaits).toBe("no zone");
    isActive = false;
    await one.attend(name);
    isActive = true;
    await one.attend(name);
    expect([checked.length, ordered]).toEqual([12, []]);
  });

  const dayMs = 24 * 3_600_000;
  /** A certificate of 90 days, `days` old at the start of the test. */
  const aged = (days: number): Stored => {
    const notBeforeMs = start - days * dayMs;
    const dates = { notBeforeMs, notAfterMs: notBeforeMs + 90 * dayMs, obtainedMs: notBeforeMs };
    return { pem: "", fingerprint: "", issuer: "", ...dates };
  };
  /** Attends for so many days, a round each hour. */
  const attendFor = async (one: NameOrders, about: string, days: number) => {
    for (const endMs = atMs + days * dayMs; atMs < endMs; atMs += 3_600_000)
      await one.attend(about);
  };

  it("is made in spite of the check from the middle of the last third on, with an error a day before", async () => {
    problem = "http://www.example.com/ is answered by another server (status 403)";
    held = aged(59);
    const one = orders();
    await attendFor(one, "www.example.com", 1);
    expect([checked.length, ordered.length, journal]).toEqual([0, 0, []]);
    await attendFor(one, "www.example.com", 14.9);
    const errors = journal.filter((line) => line.startsWith("<3>"));
    expect([errors.length, ordered.length]).toEqual([15, 0]);
    expect(errors[0]).toBe(
      `<3>www.example.com: no renewal: ${problem}; the present one is valid for 720 h`,
    );
    expect(errors[14]).toContain("; the present one is valid for 384 h");
    await attendFor(one, "www.example.com", 0.3);
    expect(ordered.length).toBe(1);
    // Every six hours, also after the end.
    await attendFor(one, "www.example.com", 30);
    expect(ordered.length).toBe(1 + 30 * 4);
    expect(journal.at(-1)).toContain("; the present one ended ");
  });

  it("is made in the last third of a short life too", async () => {
    problem = "another server";
    held = { ...aged(0), notAfterMs: start + 6 * dayMs };
    const one = orders();
    await attendFor(one, "www.example.com", 4.9);
    expect(ordered.length).toBe(0);
    await attendFor(one, "www.example.com", 1);
    expect(ordered.length).toBe(4);
  });

  it("is never made for a name without a certificate that leads elsewhere, nor without a disk", async () => {
    problem = "another server";
    const one = orders();
    await attendFor(one, "www.example.com", 2);
    held = aged(89);
    problem = undefined;
    rmSync(join(folder, "live"), { recursive: true });
    await attendFor(one, "www.example.com", 2);
    expect(ordered).toEqual([]);
    expect(journal.filter((line) => line.startsWith("<3>"))).toHaveLength(2);
  });
});
