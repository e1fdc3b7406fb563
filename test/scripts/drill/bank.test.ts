import { describe, expect, it } from "vitest";
import {
  accounts,
  Bank,
  type BankAccess,
  type Booked,
  opening,
  type Transfer,
} from "../../../scripts/drill/bank";

const closed: BankAccess = {
  transfer: () => Promise.reject(new Error("closed")),
  audit: () => Promise.reject(new Error("closed")),
};

/** A bank that has these transfers and never makes one. */
function bankWith(...transfers: Partial<Transfer>[]): Bank {
  const bank = new Bank(closed);
  const usual = { payer: 0, payee: 1, amount: 5, answeredMs: 0, result: "acknowledged" } as const;
  bank.transfers.push(...transfers.map((one, i) => ({ ...usual, id: `t${i}`, ...one })));
  return bank;
}

/** Balances as they are at first, but for some. */
function balances(changed: Record<number, number> = {}): number[] {
  return Array.from({ length: accounts }, (_, i) => changed[i] ?? opening);
}

const moved: Booked = { id: "t0", payer: 0, payee: 1, amount: 5 };

describe("brokenBy", () => {
  it("finds nothing where balances are what the transfers make", () => {
    const books = { balances: balances({ 0: 995, 1: 1005 }), transfers: [moved] };
    expect(bankWith({}).brokenBy("db-1", books)).toEqual([]);
  });

  it("names an acknowledged transfer that is lost", () => {
    const books = { balances: balances(), transfers: [] };
    expect(bankWith({}).brokenBy("db-1", books)).toEqual(["db-1 lost transfer t0"]);
  });

  it("lets a transfer of unknown fate be there or not", () => {
    const bank = bankWith({ result: "unknown" });
    expect(bank.brokenBy("db-1", { balances: balances(), transfers: [] })).toEqual([]);
    const books = { balances: balances({ 0: 995, 1: 1005 }), transfers: [moved] };
    expect(bank.brokenBy("db-1", books)).toEqual([]);
  });

  it("names a half of a transfer, and the sum that it makes", () => {
    const books = { balances: balances({ 0: 995 }), transfers: [moved] };
    expect(bankWith({}).brokenBy("db-2", books)).toEqual([
      "db-2: the balances make 9995",
      "db-2: account 1 has 1000, its transfers make 1005",
    ]);
  });

  it("names an update that was lost though the sum is right", () => {
    const books = { balances: balances(), transfers: [moved] };
    expect(bankWith({}).brokenBy("db-3", books)).toEqual([
      "db-3: account 0 has 1000, its transfers make 995",
      "db-3: account 1 has 1000, its transfers make 1005",
    ]);
  });

  it("names a member without the bank", () => {
    const broken = bankWith().brokenBy("db-3", { balances: [], transfers: [] });
    expect(broken[0]).toBe("db-3: the balances make 0");
    expect(broken).toHaveLength(1 + accounts);
  });
});

describe("a bank", () => {
  it("tries a transfer with the same id until it is done", async () => {
    const asked: string[] = [];
    const transfer = ({ id }: Booked) => {
      asked.push(id);
      return asked.length === 1 ? Promise.reject(new Error("lost")) : Promise.resolve();
    };
    const bank = new Bank({ transfer, audit: () => Promise.resolve(undefined) });
    bank.start();
    await bank.stop();
    expect(asked).toHaveLength(2);
    expect(new Set(asked).size).toBe(1);
    expect(bank.transfers).toMatchObject([{ id: asked[0], result: "acknowledged" }]);
  });

  it.each([
    [accounts * opening, []],
    [accounts * opening - 7, ["db-2: an auditor found 9993"]],
  ])("takes a sum of %i on a replica for what it is", async (sum, wrong) => {
    const audit = () => Promise.resolve({ node: "db-2", sum });
    const bank = new Bank({ transfer: () => Promise.resolve(), audit });
    bank.start();
    await bank.stop();
    expect(bank.audits).toBe(1);
    expect(bank.wrongSums).toEqual(wrong);
  });
});
