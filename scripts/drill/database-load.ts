import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { waitUntil } from "../../rolling/wait-until";
import { databaseStates, primaryOf } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { Bank } from "./bank";
import { type OpenBankAccess, openBankAccess, removeBooks } from "./bank-access";
import { Ledger } from "./ledger";
import { Prober } from "./prober";

/** Load on the site and its database: a ledger that writes, a reader, and a bank beside the site. */
export interface Load {
  ledger: Ledger;
  reader: Prober;
  bank: Bank;
  door: OpenBankAccess;
  /** Start of the load, milliseconds. */
  beginMs: number;
}

const clients = 4;
/** Pause between two writes of a client, milliseconds. */
const pauseMs = 20;
const readsPerSecond = 20;

/** Creates an account of the site; returns the cookie of the session. */
export async function account(url: string): Promise<string> {
  const body = JSON.stringify({
    name: `ledger${randomUUID().slice(0, 8)}`,
    password: randomUUID(),
  });
  const headers = { "content-type": "application/json", origin: new URL(url).origin };
  const response = await fetch(new URL("/api/accounts", url), { method: "POST", body, headers });
  if (response.status !== 201) throw new Error(`an account was answered with ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

/** Waits for one acknowledged write, which shows that the site is in service. */
export async function waitForWrites(outputs: StackOutputs, timeoutSeconds: number): Promise<void> {
  await waitUntil("a write", async () => (await account(outputs.url)) && true, {
    timeoutSeconds,
  });
}

/** Starts the load; the bank's tables are created on `primary`. */
export async function startLoad(outputs: StackOutputs, primary: string): Promise<Load> {
  const ledger = new Ledger(outputs.url, await account(outputs.url));
  const reader = new Prober(new URL("/api/entries", outputs.url).href, readsPerSecond, true);
  const door = await openBankAccess(outputs, primary);
  const bank = new Bank(door);
  ledger.start(clients, pauseMs);
  reader.start();
  bank.start();
  return { ledger, reader, bank, door, beginMs: performance.now() };
}

/** Removes the data of a stopped load; a failure of the removal hides no other failure. */
export async function endLoad(outputs: StackOutputs, { door }: Load): Promise<void> {
  door.close();
  const primary = primaryOf(await databaseStates(outputs));
  if (!primary) return;
  await removeBooks(outputs, primary).catch((error: Error) =>
    console.log(`the tables of the bank are still on ${primary}: ${error.message}`),
  );
}

/** Stops the load; resolves once every running request has its answer. */
export async function stopLoad({ ledger, reader, bank }: Load): Promise<void> {
  await Promise.all([ledger.stop(), reader.stop(), bank.stop()]);
}
