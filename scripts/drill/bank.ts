import { randomBytes, randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

/** Money that changed its owner, or may have. */
export interface Transfer {
  id: string;
  payer: number;
  payee: number;
  amount: number;
  /** When its outcome was known or given up, milliseconds. */
  answeredMs: number;
  /** `unknown`: it may or may not have happened. */
  result: "acknowledged" | "unknown";
}

/** A transfer as a member has it. */
export type Booked = Pick<Transfer, "id" | "payer" | "payee" | "amount">;

/** What a member has of a bank. */
export interface Books {
  /** Balance by account, counted from 0. */
  balances: readonly number[];
  transfers: readonly Booked[];
}

/** How a bank reaches its books: each call is a connection of its own. */
export interface BankDoor {
  /** @throws Error if it may not have happened. */
  transfer: (asked: Booked) => Promise<void>;
  /** What all balances make on some replica; undefined before it has them. */
  audit: () => Promise<{ node: string; sum: number } | undefined>;
}

/** Accounts of a bank, and what each has at first. */
export const accounts = 10;
export const opening = 1_000;
/** Longest time for one transfer, milliseconds: what the sample app gives a write. */
const deadlineMs = 15_000;
const retryMs = 100;
const tellerPauseMs = 40;
const auditPauseMs = 200;

/**
 * A bank beside the site, as a program with short connections would have it: each attempt of a
 * transfer is a connection and a transaction that reads two balances, writes both, and notes the
 * transfer. An auditor adds the balances up on the replicas. No sum may ever differ.
 */
export class Bank {
  readonly transfers: Transfer[] = [];
  /** What the auditor found wrong. */
  readonly wrongSums: string[] = [];
  audits = 0;
  private going = false;
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly door: BankDoor) {}

  start(): void {
    this.going = true;
    this.work = Promise.all([this.tellOn(), this.auditOn()]);
  }

  /** Resolves when the transfer under way has its outcome. */
  async stop(): Promise<void> {
    this.going = false;
    await this.work;
  }

  /** Promises that a member's books break. */
  brokenBy(member: string, { balances, transfers }: Books): string[] {
    const sum = balances.reduce((total, balance) => total + balance, 0);
    const expected = new Array<number>(accounts).fill(opening);
    for (const { payer, payee, amount } of transfers) {
      expected[payer]! -= amount;
      expected[payee]! += amount;
    }
    const ids = new Set(transfers.map(({ id }) => id));
    return [
      ...(sum === accounts * opening ? [] : [`${member}: the balances make ${sum}`]),
      ...expected.flatMap((balance, i) =>
        balance === balances[i]
          ? []
          : [`${member}: account ${i} has ${balances[i]}, its transfers make ${balance}`],
      ),
      ...this.transfers
        .filter(({ id, result }) => result === "acknowledged" && !ids.has(id))
        .map(({ id }) => `${member} lost transfer ${id}`),
    ];
  }

  private async tellOn(): Promise<void> {
    for (; this.going; await pause(tellerPauseMs)) {
      const payer = randomInt(accounts);
      const payee = (payer + 1 + randomInt(accounts - 1)) % accounts;
      const asked = { id: randomBytes(8).toString("hex"), payer, payee, amount: randomInt(1, 100) };
      const isDone = await this.insist(asked);
      const result = isDone ? "acknowledged" : "unknown";
      this.transfers.push({ ...asked, answeredMs: performance.now(), result });
    }
  }

  /** Tries until it is done or the time is over; the id makes a second attempt harmless. */
  private async insist(asked: Booked): Promise<boolean> {
    for (const end = performance.now() + deadlineMs; ; await pause(retryMs)) {
      const isDone = await this.door.transfer(asked).then(
        () => true,
        () => false,
      );
      if (isDone || performance.now() > end) return isDone;
    }
  }

  private async auditOn(): Promise<void> {
    for (; this.going; await pause(auditPauseMs)) {
      const found = await this.door.audit().catch(() => undefined);
      if (!found) continue;
      this.audits += 1;
      if (found.sum !== accounts * opening) {
        this.wrongSums.push(`${found.node}: an auditor found ${found.sum}`);
      }
    }
  }
}
