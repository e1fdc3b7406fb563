import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NameOrders } from "../../../host/acme/name-orders";
import { OrderFailure } from "../../../host/acme/order-failure";
import { Store } from "../../../host/acme/store";

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

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "acme-orders-"));
  [isActive, atMs, problem, checked, ordered, journal] = [true, 0, undefined, [], [], []];
  whileChecked = whileOrdered = () => undefined;
  vi.spyOn(console, "log").mockImplementation((line: string) => void journal.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function orders(): NameOrders {
  return new NameOrders({
    store: new Store(folder),
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
});
