import { mkdirSync, rmSync } from "node:fs";
import { subtract, isSameSet } from "../../host/archiver/gtid-sets";
import type { S3Store } from "../../host/archiver/store/s3";
import { PrefixMachine } from "../restore/machine";
import { plan } from "../restore/plan";
import { readArchive, historyIds } from "../restore/read-chain";
import { fetchBase, fetchLogs, prepare, type Restored } from "../restore/replay";
import { RestoredServer } from "../restore/restored-server";
import type { Target } from "../restore/target";
import { contentOf, differences, recordFinding } from "./findings";
import { root } from "./programs";

/** A moment of the trial, and what was there. */
export interface Moment {
  name: string;
  target: Target;
  gtids: string;
  content: Record<string, string>;
}

/** A moment as the product restores it: a MySQL that runs, until it is stopped. */
export interface RestoredPoint {
  server: RestoredServer;
  /** Socket of that MySQL. */
  socket: string;
  /** What the product says of it. */
  logs: Restored;
  base: string;
  seconds: number;
}

/** Restores a target of the newest history, in the place of an earlier one. */
export async function restorePoint(store: S3Store, target: Target): Promise<RestoredPoint> {
  const folder = `/trial/restore`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  prepare(folder);
  const timeline = (await historyIds(store, root)).at(-1)!;
  const machine = new PrefixMachine([]);
  const say = (line: string) => console.log(line);
  const restore = {
    store,
    root,
    machine,
    here: folder,
    there: folder,
    identity: "/trial/identity",
    say,
  };
  const startMs = Date.now();
  const made = plan(...(await chain(store, timeline)), target);
  await fetchBase(restore, made);
  const logs = await fetchLogs(restore, made, target);
  const server = new RestoredServer(machine, folder);
  await server.start();
  await server.replay(logs.gtids, say);
  const seconds = (Date.now() - startMs) / 1_000;
  return { server, socket: `${folder}/mysqld.sock`, logs, base: made.base.id, seconds };
}

/** Restores a moment, and notes whether it is what was there. */
export async function restored(store: S3Store, moment: Moment): Promise<void> {
  const startMs = Date.now();
  const { server, logs, base } = await restorePoint(store, moment.target);
  const found = await contentOf((sql) => server.query(sql));
  const different = differences(moment.content, found);
  recordFinding(
    `restored ${moment.name} is what was there`,
    different.length === 0 && Object.keys(found).length > 3,
    `${logs.transactions} transactions after base ${base}, ${((Date.now() - startMs) / 1_000).toFixed(1)} s${different.map((line) => `\n     ${line}`).join("")}`,
  );
  if (moment.target.kind === "gtid") {
    recordFinding(
      "  with exactly its transactions",
      isSameSet(logs.gtids, moment.gtids),
      subtract(logs.gtids, moment.gtids),
    );
  }
  await server.stop();
}

async function chain(store: S3Store, timeline: string) {
  const { bases, links } = await readArchive(store, root, timeline);
  return [bases, links] as const;
}
