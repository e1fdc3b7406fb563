import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isSameSet, subtract } from "../../host/archiver/gtid-sets";
import { timeText } from "../restore/target";
import { endTrial, failTrial, recordFinding } from "./findings";
import { archivedUpTo, countIn, executed, type Group, noteChain, openGroup } from "./group";
import { compare, sabotage } from "./ledger/compare";
import { definitions } from "./ledger/definitions";
import { type LoadOrder, loadProcess } from "./ledger/load";
import { argumentsWith, search } from "./ledger/marker-search";
import type { Operation } from "./ledger/operations";
import { drawPoints, isWithinSecond, Ledger, type Point, readJournal } from "./ledger/prefix";
import { seeded } from "./ledger/row-writer";
import { firstOperations, ledgerSchemaSql } from "./ledger/schema";
import { Session } from "./ledger/session";
import { restorePoint } from "./restored";

/** Runs in a container of the host image: `ledger-inside.js PROGRAMS NODES MINUTES POINTS SEED SABOTAGE`. */
const [programs, nodeCount, minutes, pointCount, seed] = [
  process.argv[2]!,
  ...process.argv.slice(3, 7).map(Number),
] as [string, number, number, number, number];
const isSabotaged = process.argv[7] === "sabotage";

const journal = "/trial/ledger/journal";
/** 32 characters that are in a row, and in nothing that leaves MySQL. */
const marker = randomBytes(16).toString("hex");
/** Where a host program could leave a row, and what belongs to MySQL or to the trial. */
const searched = ["/trial", "/tmp", "/var/tmp", "/var/log", "/var/lib", "/run", "/dev/shm", "/etc"];
const clear = ["/trial/ledger", "/trial/db-1/data", "/trial/db-2/data", "/trial/db-3/data"];

/** All acknowledged transactions of the load; a base is taken halfway. */
async function ledgerOf({ primary, active }: Group): Promise<Ledger> {
  mkdirSync("/trial/ledger");
  const session = await Session.open(primary.socket);
  const first: Operation[] = [...firstOperations];
  for (const [name, text] of await definitions(session)) first.push({ do: "define", name, text });
  session.close();
  const set = executed(primary);
  const shown = new Set<string>();
  const watch = setInterval(() => argumentsWith(marker).forEach((id) => shown.add(id)), 1_000);
  const child = fork(__filename, ["load"]);
  const ended = once(child, "exit");
  const reply = once(child, "message") as Promise<[{ rolledBack: number }]>;
  const order: LoadOrder = {
    ...{ socket: primary.socket, journal, seconds: minutes * 60, seed, marker },
    bulkRows: 300_000,
  };
  child.send(order);
  await Promise.race([ended, delay(minutes * 30_000)]);
  await active()!.takeBase();
  recordFinding("a second base is taken under load", true);
  const [status] = (await ended) as [number | null];
  if (status !== 0) throw new Error(`the load ended with ${status}`);
  clearInterval(watch);
  recordFinding(
    "the marker was in the arguments of no process",
    shown.size === 0,
    [...shown].join(" "),
  );
  const ledger = new Ledger(first, set, readJournal(journal));
  const { entries } = ledger;
  const seconds = (entries.at(-1)!.acknowledgedUs - entries[0]!.acknowledgedUs) / 1e6;
  const ddl = entries.filter(({ operations }) => operations.some((one) => one.do === "define"));
  console.log(
    `     ${entries.length} transactions in ${seconds.toFixed(0)} s (${(entries.length / seconds).toFixed(1)}/s), ${ddl.length} of them DDL and accounts; ${(await reply)[0].rolledBack} rolled back`,
  );
  return ledger;
}

/** Notes whether the source itself is what the ledger says: else the ledger is wrong, and proves nothing. */
async function sourceIsLedger({ primary }: Group, ledger: Ledger): Promise<void> {
  const session = await Session.open(primary.socket);
  const { entries } = ledger;
  const { differences, rows } = await compare(session, ledger.after(entries.length));
  session.close();
  const others = countIn(subtract(executed(primary), ledger.set)) - entries.length;
  recordFinding(
    "the source at the end is the whole ledger",
    differences.length === 0,
    `${rows} rows; ${others} transactions of MySQL's and the archiver's own${lines(differences)}`,
  );
}

function markerIsNowhere(): void {
  const own = search(["/trial/db-1/data"], marker).found;
  recordFinding("the search finds the marker where it must be", own.length > 0, own.join(" "));
  const { found, files, bytes } = search(searched, marker, clear);
  const size = `${files} files, ${(bytes / (1 << 20)).toFixed(0)} MiB`;
  recordFinding(
    "0 objects, spool files and logs have the marker",
    found.length === 0,
    found.join(" ") || size,
  );
}

const lines = (all: readonly string[]) =>
  all
    .slice(0, 12)
    .map((line) => `\n     ${line.slice(0, 600)}`)
    .join("");

/** Restores a point, and compares it with the ledger. */
async function isPrefix(group: Group, ledger: Ledger, point: Point, name: string, isLast: boolean) {
  const { target } = point;
  const { server, socket, base, seconds } = await restorePoint(group.store, target);
  const session = await Session.open(socket);
  const [[set]] = (await session.query("SELECT REPLACE(@@GLOBAL.gtid_executed, '\n', '')"))
    .rows as [[string]];
  const count = ledger.countIn(set);
  const faults: string[] = [];
  let exact = "exactly its GTID set";
  if (target.kind === "gtid" && !isSameSet(set, target.set)) {
    faults.push(`has ${subtract(set, target.set)} besides, lacks ${subtract(target.set, set)}`);
  }
  if (target.kind === "time") {
    const off = ledger.offBy(count, target.us);
    if (!isWithinSecond(off)) faults.push("is another second");
    exact = `${off.lateUs / 1_000} ms late, ${off.earlyUs / 1_000} ms early`;
  }
  const { differences, ...seen } = await compare(session, ledger.after(count));
  faults.push(...differences);
  recordFinding(
    `point ${name} is the ledger's prefix`,
    faults.length === 0,
    `${count} transactions, ${seen.rows} rows, ${seen.tables} tables, ${seen.definitions} definitions compared; ${exact}; restored in ${seconds.toFixed(1)} s from base ${base}${lines(faults)}`,
  );
  if (isLast && isSabotaged) {
    const before = await compare(session, ledger.after(count - 1));
    recordFinding("sabotage: one transaction too many is found", before.differences.length > 0);
    await sabotage(session, ledger.after(count));
  }
  session.close();
  await server.stop();
  return faults.length === 0;
}

async function main(): Promise<void> {
  const group = await openGroup(nodeCount, programs, ledgerSchemaSql);
  const ledger = await ledgerOf(group);
  noteChain(await archivedUpTo(group.store, group.timeline, executed(group.primary), 600));
  await sourceIsLedger(group, ledger);
  for (const node of group.nodes) await node.stopArchiver();
  markerIsNowhere();
  for (const instance of group.instances) await instance.kill();
  const points = drawPoints(ledger, pointCount, seeded(seed));
  let same = 0;
  for (const [i, point] of points.entries()) {
    const { target, about } = point;
    const where =
      target.kind === "gtid" ? `GTID ${ledger.entries[about - 1]!.number}` : timeText(target.us);
    const isLast = i === points.length - 1;
    if (await isPrefix(group, ledger, point, `${i + 1} (${where})`, isLast)) same += 1;
  }
  recordFinding(
    `${same} of ${points.length} points are the ledger's prefix`,
    same === points.length,
    `seed ${seed}`,
  );
  endTrial();
}

if (process.argv[2] === "load") loadProcess();
else main().catch((error: Error) => failTrial(error, "/trial/run/*.log /trial/db-*/log"));
