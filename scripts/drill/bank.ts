import { randomBytes, randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

/** A transfer of money, with its result. */
export interface Transfer {
  id: string;
  payer: number;
  payee: number;
  amount: number;
  /** Time at which the result was known or the client gave up, milliseconds. */
  answeredMs: number;
  /** `unknown`: it may or may not have happened. */
  result: "acknowledged" | "unknown";
}

/** A transfer, as recorded by a member. */
export type Booked = Pick<Transfer, "id" | "payer" | "payee" | "amount">;

/** A bank's data on a member. */
export interface Books {
  /** Balance by account, counted from 0. */
  balances: readonly number[];
  transfers: readonly Booked[];
}

/** Access of a bank to its books; each call uses a new connection. */
export interface BankAccess {
  /** Transfers money. @throws Error if the transfer may not have happened. */
  transfer: (booking: Booked) => Promise<void>;
  /** Sum of all balances on some replica; undefined before the replica has the accounts. */
  audit: () => Promise<{ node: string; sum: number } | undefined>;
}

/** Number of a bank's accounts, and the initial balance of each. */
export const accounts = 10;
export const opening = 1_000;
/** Longest time for one transfer, milliseconds: the sample app's limit of a write. */
const deadlineMs = 15_000;
const retryMs = 100;
const tellerPauseMs = 40;
const auditPauseMs = 200;

/**
 * A bank beside the site, like a program with short connections: each attempt at a transfer is a connection
 * and a transaction that reads two balances, writes both, and records the transfer. An auditor sums
 * the balances on the replicas. Every sum must be equal.
 */
export class Bank {
  readonly transfers: Transfer[] = [];
  /** Wrong sums that the auditor found. */
  readonly wrongSums: string[] = [];
  audits = 0;
  private going = false;
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly door: BankAccess) {}

  start(): void {
    this.going = true;
    this.work = Promise.all([this.tellOn(), this.auditOn()]);
  }

  /** Resolves once the running transfer has its result. */
  async stop(): Promise<void> {
    this.going = false;
    await this.work;
  }

  /** Promises that the books of a member break. */
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
      const transfer = {
        id: randomBytes(8).toString("hex"),
        payer,
        payee,
        amount: randomInt(1, 100),
      };
      const isDone = await this.repeatUntilBooked(transfer);
      const result = isDone ? "acknowledged" : "unknown";
      this.transfers.push({ ...transfer, answeredMs: performance.now(), result });
    }
  }

  /** Repeats a transfer until it succeeds or the time is over; the id makes a second attempt harmless. */
  private async repeatUntilBooked(booking: Booked): Promise<boolean> {
    for (const end = performance.now() + deadlineMs; ; await pause(retryMs)) {
      const isDone = await this.door.transfer(booking).then(
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
