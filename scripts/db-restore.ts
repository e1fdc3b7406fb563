import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bytesOf, keys } from "../host/archiver/chain/manifest";
import type { ObjectStore } from "../host/archiver/store/object-store";
import { S3Store } from "../host/archiver/store/s3";
import { ensureDocker, ensureImage } from "./build-image";
import { repositoryRoot } from "./local/paths";
import { backupsOf } from "./restore/bucket";
import { DockerMachine } from "./restore/docker-machine";
import { plan, type Plan } from "./restore/plan";
import { readArchive, timelines } from "./restore/read-chain";
import { fetchBase, fetchLogs, prepare, type Restored } from "./restore/replay";
import { RestoredServer } from "./restore/restored-server";
import { checkSeries, planLines, restoredLines } from "./restore/report";
import { type Target, targetOf } from "./restore/target";

const say = (line: string) => console.log(line);
const there = "/restore";

const options = {
  to: { type: "string" },
  "to-gtid": { type: "string" },
  latest: { type: "boolean" },
  into: { type: "string", default: "drill" },
  stack: { type: "string" },
  identity: { type: "string" },
  history: { type: "string" },
  "with-gaps": { type: "boolean", default: false },
  plan: { type: "boolean", default: false },
} as const;

/** Tables with their rows, and what a check of each says. */
async function inspect(server: RestoredServer): Promise<string[]> {
  const tables = await server.query(
    "SELECT CONCAT('`', TABLE_SCHEMA, '`.`', TABLE_NAME, '`') FROM information_schema.TABLES " +
      "WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 1",
  );
  const lines: string[] = [];
  for (const table of tables) {
    const [rows = "?"] = await server.query(`SELECT COUNT(*) FROM ${table}`);
    const check = (await server.query(`CHECK TABLE ${table}`)).at(-1)?.split("\t").at(-1);
    if (check !== "OK") throw new Error(`${table}: ${check}`);
    lines.push(`  ${table.replaceAll("`", "")}  ${rows} rows, checked`);
  }
  return lines;
}

/** Says in the bucket what was proved. A stack of which nobody says so for a day is not safe. */
async function prove(store: ObjectStore, root: string, restored: Restored, made: Plan, ms: number) {
  const at = new Date();
  const id = at.toISOString().replace(/[-:]|\.\d+/g, "");
  const behindMs = at.getTime() - ms - restored.lastUs / 1_000;
  const { base, links } = made;
  const proof = {
    version: 1,
    id,
    base: base.id,
    links: links.length,
    seconds: ms / 1_000,
    behindMs,
  };
  await store.put(keys.proof(root, id), bytesOf({ ...proof, ...restored }));
  return `proved      ${id}, ${(behindMs / 1_000).toFixed(1)} s behind when it began`;
}

async function restoreInto(
  kind: "drill" | "new",
  backups: ReturnType<typeof backupsOf>,
  store: ObjectStore,
  made: Plan,
  target: Target,
): Promise<void> {
  const startMs = Date.now();
  const here = join(repositoryRoot, ".webstack", "restores", String(startMs));
  mkdirSync(here, { recursive: true, mode: 0o700 });
  await ensureDocker({ progress: say });
  const image = await ensureImage({ progress: say });
  const file = { here: resolve(backups.identity), there: "/identity" };
  const machine = DockerMachine.start(image, { here, there }, file);
  let isKept = false;
  try {
    prepare(here);
    checkSeries(made.base.mysql, await machine.run(["/usr/sbin/mysqld", "--version"]));
    const restore = { store, root: backups.root, machine, here, there, identity: "/identity", say };
    await fetchBase(restore, made);
    say(`fetched     base after ${((Date.now() - startMs) / 1_000).toFixed(1)} s`);
    const restored = await fetchLogs(restore, made, target);
    const server = new RestoredServer(machine, there);
    await server.start();
    if (restored.transactions > 0) await server.replay(restored.gtids);
    const ms = Date.now() - startMs;
    for (const line of [...restoredLines(restored, ms), ...(await inspect(server))]) say(line);
    if (made.faults.length === 0 && target.kind === "latest") {
      say(await prove(store, backups.root, restored, made, ms));
    }
    isKept = kind === "new";
    if (!isKept) return;
    say(`It runs in container ${machine.id.slice(0, 12)}, which nobody reaches but you:`);
    say(`  docker exec -it ${machine.id.slice(0, 12)} mysql --socket=${there}/mysqld.sock`);
    say(
      `  docker exec ${machine.id.slice(0, 12)} mysqldump --socket=${there}/mysqld.sock app > app.sql`,
    );
    say(
      `  docker rm --force ${machine.id.slice(0, 12)} && sudo rm -r ${here}    # when it is not needed any more`,
    );
  } finally {
    if (!isKept) {
      machine.remove(there);
      rmSync(here, { recursive: true, force: true });
    }
  }
}

/** `npm run db:restore -- --to TIME | --to-gtid SET | --latest [--into drill|new] [--stack S]`. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const { into, stack, identity, history } = values;
  const target = targetOf(values);
  if (into !== "drill" && into !== "new") {
    throw new Error(`--into must be drill or new, got ${JSON.stringify(into)}`);
  }
  const backups = backupsOf(stack, identity);
  if (!values.plan && !existsSync(backups.identity)) {
    throw new Error(
      `${backups.identity} is not there; name the file of the identity with --identity`,
    );
  }
  const store = new S3Store(backups.target, () => new Date());
  const found = await timelines(store, backups.root);
  const timeline = history ?? found.at(-1);
  if (!timeline || !found.includes(timeline)) {
    throw new Error(`--history must be one of ${found.join(", ") || "none: the bucket is empty"}`);
  }
  const { bases, links } = await readArchive(store, backups.root, timeline);
  const made = plan(bases, links, target);
  for (const line of planLines(made, timeline)) say(line);
  if (made.faults.length > 0 && !values["with-gaps"]) {
    throw new Error(
      "the archive has gaps before the target; say --with-gaps to restore without them",
    );
  }
  if (!values.plan) await restoreInto(into, backups, store, made, target);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
