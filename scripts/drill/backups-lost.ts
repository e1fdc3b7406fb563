import { randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { healInjected, inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { backupsOf } from "../restore/bucket";
import { readFor } from "../restore/read-for";
import { logBytes, mib } from "../restore/report";
import { openHistory, withRestored } from "../restore/with-restored";
import { account, waitForWrites } from "./database-load";
import { brokenWrites, serverNames, waitForGroup } from "./database-state";
import type { Drill, Measured } from "./drill";
import { Ledger, type Write } from "./ledger";

/** Clients that write, and the pause between two writes of one, milliseconds. */
const [clients, pauseMs] = [4, 20];
/** Shortest and longest load before the loss, milliseconds: the moment is random within the archiver's cycle. */
const loadMs = [20_000, 50_000] as const;
/** Time by which writes of different clients may be in another order in the log than their answers, milliseconds. */
const orderMs = 2_000;
/** Longest wait for the stack after the power is back, seconds. */
const backSeconds = 180;

/** A restored copy against the ledger of the drill. */
export interface Loss {
  /** Number of acknowledged writes that the copy lacks. */
  lost: number;
  /** Age of the oldest lost write at the loss, milliseconds; 0: none is lost. */
  ageMs: number;
  /** Promises that the copy breaks, as sentences. */
  broken: string[];
}

/**
 * Compares the entries of a restored copy with the writes that clients sent.
 *
 * @param writes the clients' own record.
 * @param texts texts of the ledger's entries in the copy.
 * @param lostMs time of the loss, on the clock of the record, milliseconds.
 */
export function lossOf(writes: readonly Write[], texts: readonly string[], lostMs: number): Loss {
  const there = new Set(texts);
  const sent = new Set(writes.map(({ text }) => text));
  const acknowledged = writes.filter(({ result }) => result === "acknowledged");
  const missing = acknowledged.filter(({ text }) => !there.has(text));
  const times = missing.map(({ answeredMs }) => answeredMs);
  const oldestMs = times.length > 0 ? Math.min(...times) : lostMs;
  const later = acknowledged.filter(
    ({ text, answeredMs }) => there.has(text) && answeredMs > oldestMs + orderMs,
  );
  return {
    lost: missing.length,
    ageMs: Math.max(0, Math.round(lostMs - oldestMs)),
    broken: [
      ...(there.size === texts.length ? [] : ["the copy has a write twice"]),
      ...texts.filter((text) => !sent.has(text)).map((text) => `nobody sent "${text}"`),
      ...(later.length > 0 && missing.length > 0
        ? [`the copy lacks "${missing[0]!.text}" and has ${later.length} later writes`]
        : []),
    ],
  };
}

/** Entries of a ledger in a copy that is restored from the bucket and the identity alone. */
async function restoredEntries({ run }: Ledger): Promise<{ texts: string[]; notes: string[] }> {
  const backups = backupsOf(undefined, undefined);
  const { store, timeline } = await openHistory(backups);
  const target = { kind: "latest" } as const;
  const { plan } = await readFor(store, backups.root, timeline, target);
  if (plan.faults.length > 0) throw new Error(`the archive has ${plan.faults.join("; ")}`);
  const plainBytes = plan.base.plainBytes + logBytes(plan.links);
  let found: { texts: string[]; notes: string[] } | undefined;
  const say = () => undefined;
  await withRestored({ backups, store, plan, target, say }, async ({ server, ms }) => {
    const sql = `SELECT text FROM app.entry WHERE text LIKE 'ledger ${run} %'`;
    const seconds = (ms / 1_000).toFixed(1);
    const notes = [`restored ${mib(plainBytes)} of base and log in ${seconds} s`];
    found = { texts: await server.query(sql), notes };
    return "remove";
  });
  return found!;
}

/** Every server loses power under load and stays off; what a restore from the bucket lacks is counted. */
async function lostForGood(outputs: StackOutputs): Promise<Measured> {
  await waitForGroup(outputs, 120);
  const ledger = new Ledger(outputs.url, await account(outputs.url));
  ledger.start(clients, pauseMs);
  await pause(randomInt(...loadMs));
  let lostMs: number;
  let restored: Awaited<ReturnType<typeof restoredEntries>>;
  try {
    const names = await serverNames();
    await Promise.all(names.map((server) => inject({ fault: "power-off", server })));
    // Afterwards, since a server that is still on acknowledges writes while others go off.
    lostMs = performance.now();
    await ledger.stop();
    restored = await restoredEntries(ledger);
  } finally {
    await healInjected();
    await ledger.stop();
  }
  await waitForWrites(outputs, backSeconds);
  await waitForGroup(outputs, backSeconds);
  const { lost, ageMs, broken } = lossOf(ledger.writes, restored.texts, lostMs);
  const all = [...broken, ...(await brokenWrites(outputs, ledger))];
  const acknowledged = ledger.writes.filter(({ result }) => result === "acknowledged").length;
  return {
    outageMs: ageMs,
    requests: ledger.writes.length,
    failed: all.length,
    moves: 0,
    broken: all.length,
    notes: [...all, `${lost} of ${acknowledged} acknowledged writes lost`, ...restored.notes],
  };
}

/** Drill of the loss of all servers. */
export const lostDrill: Drill = {
  id: "F42b",
  title: "every server lost for good: age of the oldest lost write",
  boundMs: 60_000,
  moves: [0, 0],
  failed: 0,
  run: lostForGood,
};
