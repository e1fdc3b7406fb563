import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { PrefixMachine } from "../restore/machine";
import { loadAll } from "../restore/replace/load-all";
import { objectsOf } from "../restore/replace/definitions";
import type { Primary } from "../restore/replace/exchange";
import { HalfReplaced, swap } from "../restore/replace/swap";
import { dropReplaced, undoReplace } from "../restore/replace/undo";
import { RestoredServer } from "../restore/restored-server";
import { contentOf, differences, endTrial, recordFinding } from "./findings";
import { Instance, until } from "./instance";
import { breakingAt, brokenSql, formerSql, presentSql } from "./replaced";

/** Runs in a container of the host image: all data of a group of three, which is written to, is replaced and put back. */
const rows = Number(process.argv[2]);

const group = [1, 2, 3].map((number) => new Instance(number, 3));
const primary = group[0]!;
const source = new Instance(4, 1);
const copy = new RestoredServer(new PrefixMachine([]), source.folder);

const lines: string[] = [];
const say = (line: string) => {
  lines.push(line);
  console.log(`     ${line}`);
};

/** A worker that was not stopped: writes without an end, and notes each failure. */
function startTraffic(): void {
  const write = "SET SESSION lock_wait_timeout = 5; INSERT INTO app.other (at) VALUES (NOW(6))";
  const loop = `while :; do mysql --no-defaults -uroot -S ${primary.socket} -e "${write}" 2>> /trial/failed || echo failed >> /trial/failed; done`;
  spawn("bash", ["-c", loop], { stdio: "ignore" });
}

/** Content of all tables but that of the traffic, and names of all stored objects. */
async function contentIn(side: Pick<Primary, "query">): Promise<Record<string, string>> {
  const content = await contentOf((sql) => side.query(sql));
  delete content["app.other"];
  const objects = await objectsOf(side);
  return { ...content, objects: objects.map((each) => Object.values(each).join(" ")).join(", ") };
}

async function same(what: string, wanted: Record<string, string>): Promise<void> {
  const different = differences(wanted, await contentIn(primary));
  recordFinding(what, different.length === 0, different.join("\n     "));
}

/** The message of a failure; empty: none. */
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => "",
    (error: Error) => error.message,
  );

const schemas = () => primary.sql("SHOW DATABASES LIKE 're%'").join(" ");
const [first, second, third] = ["20261128_031500", "20261128_031600", "20261128_031700"];

async function prepare(): Promise<void> {
  for (const instance of [...group, source]) {
    instance.initialize();
    await instance.start();
    if (instance !== source) await instance.join();
  }
  primary.sql(presentSql);
  source.sql("SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF;");
  source.sql(formerSql(rows));
  startTraffic();
  await delay(1_000);
}

async function main(): Promise<void> {
  await prepare();
  const [before, wanted] = [await contentIn(primary), await contentIn(source)];
  primary.sql(brokenSql);
  await replaced(before, wanted);
  const now = await contentIn(primary);
  await halfReplaced(now, "after");
  await halfReplaced(now, "before");
  await undone(before, now);
  const failures = existsSync("/trial/failed") ? readFileSync("/trial/failed", "utf8") : "";
  const count = failures.split("\n").filter((line) => line === "failed").length;
  console.log(`     writes that failed meanwhile: ${count}; ${failures.slice(0, 300)}`);
  endTrial();
}

/** Loads the former data, fails once, and replaces the present data while a transaction holds a table. */
async function replaced(
  before: Record<string, string>,
  wanted: Record<string, string>,
): Promise<void> {
  const begunMs = Date.now();
  const loaded = await loadAll({ copy, running: primary, stamp: first!, say });
  const seconds = (Date.now() - begunMs) / 1_000;
  const size = source.sql(
    "ANALYZE TABLE app.entry; SELECT DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES WHERE TABLE_NAME = 'entry'",
  );
  const mb = Number(size.at(-1)) / 1e6;
  console.log(
    `     ${mb.toFixed(0)} MB loaded in ${seconds.toFixed(1)} s, ${(mb / seconds).toFixed(1)} MB/s`,
  );
  const broken = loaded.map((each) => ({ ...each, definitions: Buffer.from("CREATE NONSENSE;") }));
  const failed = await failureOf(swap({ running: primary, incoming: broken, stamp: first!, say }));
  recordFinding(
    "a failure puts the data back",
    failed.endsWith("the former data is in place"),
    failed.slice(-200),
  );
  await same("with all stored objects", before);
  recordFinding(
    "what was loaded is still there",
    schemas() === "restored_20261128_031500_app restored_20261128_031500_app_shop",
    schemas(),
  );

  const holds = "BEGIN; SELECT COUNT(*) FROM app.author; DO SLEEP(12)";
  const login = ["--no-defaults", "-uroot", `-S${primary.socket}`];
  spawn("mysql", [...login, "-e", holds], { stdio: "ignore" });
  await delay(500);
  const swapMs = Date.now();
  const done = await failureOf(swap({ running: primary, incoming: loaded, stamp: first!, say }));
  recordFinding("the data is replaced", done === "", `${done} ${Date.now() - swapMs} ms`);
  recordFinding(
    "after a transaction that held a table",
    lines.some((line) => line.includes("tries again")),
  );
  await same("by exactly what was restored", wanted);
  recordFinding(
    "the former tables are kept",
    primary.sql(`SELECT renamed FROM replaced_${first}_app.author`)[0] === "x" &&
      primary.sql(`SELECT COUNT(*) FROM replaced_${first}_app_later.new`)[0] === "1",
    schemas(),
  );
  primary.sql("INSERT INTO app.entry (note, author) VALUES ('z', 1)");
  recordFinding("a trigger runs", primary.sql("SELECT COUNT(*) FROM app.log")[0] === "1");
  const refused = await failureOf(primary.query("INSERT INTO app_shop.sale VALUES (5, 99)"));
  recordFinding("a foreign key refuses", refused.includes("foreign key"), refused);
  await until(
    "a replica has it",
    async () => differences(await contentIn(primary), await contentIn(group[2]!)).length === 0,
  );
  recordFinding("a replica has it", true);
}

/** Loses the connection for good around the rename; the undoing then knows from the server what was done. */
async function halfReplaced(now: Record<string, string>, point: "before" | "after") {
  // As a load would have left it.
  primary.sql(
    `CREATE DATABASE restored_${second}_app; CREATE TABLE restored_${second}_app.left_over (v INT)`,
  );
  const running = breakingAt(primary, point);
  const lost = await swap({ running, incoming: [], stamp: second!, say }).catch(
    (error: Error) => error,
  );
  recordFinding(
    `a connection lost ${point} the rename is told`,
    lost instanceof HalfReplaced,
    String(lost),
  );
  const failure = await undo(second!, third!);
  recordFinding("and undone", failure === "", failure);
  await same("with all tables and objects", now);
  if (point === "after") await dropReplaced(primary, third!, say);
}

const undo = (stamp: string, by: string) =>
  failureOf(undoReplace({ running: primary, undone: stamp, stamp: by, say }));

async function undone(before: Record<string, string>, now: Record<string, string>): Promise<void> {
  const failure = await undo(first!, second!);
  recordFinding("the replacement is undone", failure === "", failure);
  await same("with what was there before", before);
  const again = await undo(second!, third!);
  recordFinding("and the undoing as well", again === "", again);
  await same("with what was there then", now);
  await dropReplaced(primary, third!, say);
  recordFinding("nothing is left after the drop", schemas() === "", schemas());
  await same("and the app's data is as before", now);
  const unknown = await failureOf(dropReplaced(primary, first!, say));
  recordFinding("an unknown replacement is refused", unknown.includes("known: none"), unknown);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
