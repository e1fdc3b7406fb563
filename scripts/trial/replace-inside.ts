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
import { contentOf, differences } from "./content";
import { Instance, until } from "./instance";
import { note, results } from "./notes";

/** Runs in a container of the host image: all data of a group of three, which is written to, is replaced and put back. */
const rows = Number(process.argv[2]);

const otherSql = `
CREATE DATABASE app CHARACTER SET utf8mb4;
CREATE TABLE app.other (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, at DATETIME(6));`;

/** The data to restore. */
const formerSql = `${otherSql}
SET SESSION cte_max_recursion_depth = 10000000;
CREATE DATABASE app_shop CHARACTER SET latin1;
CREATE TABLE app.author (id INT NOT NULL PRIMARY KEY, name VARCHAR(50), CONSTRAINT positive CHECK (id > 0));
CREATE TABLE app.entry (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, note VARCHAR(200), doc JSON, raw BLOB,
  author INT NOT NULL, KEY by_author (author),
  CONSTRAINT entry_author FOREIGN KEY (author) REFERENCES author (id));
CREATE TABLE app.part (id INT NOT NULL, day DATE NOT NULL, PRIMARY KEY (id, day))
  PARTITION BY RANGE (TO_DAYS(day)) (PARTITION p1 VALUES LESS THAN (740000), PARTITION p2 VALUES LESS THAN MAXVALUE);
CREATE TABLE app.log (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, said TEXT, FULLTEXT KEY words (said));
CREATE TABLE app.keyless (v INT);
CREATE TABLE app_shop.sale (id INT NOT NULL PRIMARY KEY, author INT,
  CONSTRAINT sale_author FOREIGN KEY (author) REFERENCES app.author (id));
INSERT INTO app.author VALUES (1, 'Größe 𝄞'), (2, NULL);
INSERT INTO app.part VALUES (1, '2020-01-01'), (2, '2030-01-01');
INSERT INTO app_shop.sale VALUES (1, 1);
INSERT INTO app.entry (note, doc, raw, author)
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
  SELECT CONCAT('a''b\\\\c\\n𝄞 ', i), JSON_OBJECT('n', RAND()), UNHEX(SHA2(i, 256)), 1 + i % 2 FROM n;
USE app;
DELIMITER //
CREATE TRIGGER entry_added AFTER INSERT ON entry FOR EACH ROW BEGIN INSERT INTO log (said) VALUES ('one

𝄞;'); END//
CREATE FUNCTION four() RETURNS INT DETERMINISTIC RETURN 4//
CREATE PROCEDURE total() BEGIN SELECT COUNT(*) FROM entry; END//
CREATE EVENT daily ON SCHEDULE EVERY 1 DAY DO DELETE FROM log//
DELIMITER ;
CREATE VIEW zeta AS SELECT id, four() AS f FROM entry;
CREATE VIEW alpha AS SELECT COUNT(*) AS n FROM zeta;
CREATE VIEW app.across AS SELECT * FROM app_shop.sale;
CREATE VIEW app_shop.back AS SELECT * FROM app.across;`;

/** The data of the group: a migration has broken it. */
const presentSql = `${otherSql}
CREATE DATABASE app_later;
CREATE TABLE app.author (id INT NOT NULL PRIMARY KEY, renamed VARCHAR(50));
CREATE TABLE app.extra (id INT NOT NULL PRIMARY KEY, author INT,
  CONSTRAINT entry_author FOREIGN KEY (author) REFERENCES author (id), CONSTRAINT positive CHECK (id > 0));
CREATE TABLE app_later.new (id INT NOT NULL PRIMARY KEY);
INSERT INTO app.author VALUES (7, 'x'); INSERT INTO app.extra VALUES (1, 7); INSERT INTO app_later.new VALUES (1);
CREATE TRIGGER app.extra_added BEFORE INSERT ON app.extra FOR EACH ROW SET NEW.author = 7;
CREATE VIEW app.alpha AS SELECT renamed FROM app.author;
CREATE PROCEDURE app.total() SELECT 0;`;

/** An invalid view: it is not put back. */
const brokenSql = `CREATE TABLE app.gone (id INT NOT NULL PRIMARY KEY);
CREATE VIEW app.broken AS SELECT id FROM app.gone; DROP TABLE app.gone;`;

const group = [1, 2, 3].map((number) => new Instance(number, 3));
const primary = group[0]!;
const source = new Instance(4, 1);
const copy = new RestoredServer(new PrefixMachine([]), source.folder);

const said: string[] = [];
const say = (line: string) => {
  said.push(line);
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
  const { "app.other": _, ...content } = await contentOf((sql) => side.query(sql));
  const objects = await objectsOf(side);
  return { ...content, objects: objects.map((each) => Object.values(each).join(" ")).join(", ") };
}

async function same(what: string, wanted: Record<string, string>, side = primary): Promise<void> {
  const different = differences(wanted, await contentIn(side));
  note(what, different.length === 0, different.join("\n     "));
}

/** The message of a failure; empty: none. */
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => "",
    (error: Error) => error.message,
  );

/** The primary, whose connection breaks for good at a `RENAME TABLE`, before or after it is done. */
function breakingAt(point: "before" | "after"): Primary {
  let broken = false;
  const check = () => {
    if (broken) throw new Error("the connection is lost");
  };
  return {
    query: async (sql) => (check(), primary.query(sql)),
    mysqldump: (words) => (check(), primary.mysqldump(words)),
    load: async (schema, statements) => {
      check();
      const parts: Uint8Array[] = [];
      for await (const part of statements) parts.push(part);
      const isRename = Buffer.concat(parts).includes("RENAME TABLE");
      broken = isRename && point === "before";
      check();
      await primary.load(
        schema,
        (async function* () {
          yield* parts;
        })(),
      );
      broken = isRename;
      check();
    },
  };
}

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
  source.sql(formerSql);
  startTraffic();
  await delay(1_000);
}

async function main(): Promise<void> {
  await prepare();
  const [before, wanted] = [await contentIn(primary), await contentIn(source)];
  primary.sql(brokenSql);
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
  note(
    "what is loaded is beside the data",
    Object.keys(before).every((name) => !name.includes("restored")),
  );

  const broken = loaded.map((each) => ({ ...each, definitions: Buffer.from("CREATE NONSENSE;") }));
  const failed = await failureOf(swap({ running: primary, incoming: broken, stamp: first!, say }));
  note(
    "a failure puts the data back",
    failed.endsWith("the former data is in place"),
    failed.slice(-200),
  );
  await same("with all stored objects", before);
  note(
    "what was loaded is still there",
    schemas() === "restored_20261128_031500_app restored_20261128_031500_app_shop",
    schemas(),
  );

  spawn(
    "mysql",
    [
      "--no-defaults",
      "-uroot",
      `-S${primary.socket}`,
      "-e",
      "BEGIN; SELECT COUNT(*) FROM app.author; DO SLEEP(5)",
    ],
    { stdio: "ignore" },
  );
  await delay(500);
  const swapMs = Date.now();
  const done = await failureOf(swap({ running: primary, incoming: loaded, stamp: first!, say }));
  note("the data is replaced", done === "", `${done} ${Date.now() - swapMs} ms`);
  note(
    "after a transaction that held a table",
    said.some((line) => line.includes("tries again")),
  );
  await same("by exactly what was restored", wanted);
  note(
    "the former tables are kept",
    primary.sql(`SELECT renamed FROM replaced_${first}_app.author`)[0] === "x" &&
      primary.sql(`SELECT COUNT(*) FROM replaced_${first}_app_later.new`)[0] === "1",
    schemas(),
  );
  primary.sql("INSERT INTO app.entry (note, author) VALUES ('z', 1)");
  note("a trigger runs", primary.sql("SELECT COUNT(*) FROM app.log")[0] === "1");
  note(
    "a foreign key refuses",
    (
      await failureOf(
        primary.query("INSERT INTO app_shop.sale VALUES (5, 99)").catch((error: Error) => {
          throw error;
        }),
      )
    ).includes("foreign key"),
  );
  await until(
    "a replica has it",
    async () => differences(await contentIn(primary), await contentIn(group[2]!)).length === 0,
  );
  note("a replica has it", true);

  const replaced = await contentIn(primary);
  const lost = await swap({
    running: breakingAt("after"),
    incoming: [],
    stamp: second!,
    say,
  }).catch((error: Error) => error);
  note("a connection lost after the rename is told", lost instanceof HalfReplaced, String(lost));
  const undoneHalf = await failureOf(
    undoReplace({ running: primary, undone: second!, stamp: third!, say }),
  );
  note("and undone", undoneHalf === "", undoneHalf);
  await same("with all tables and objects", replaced);
  await dropReplaced(primary, third!, say);
  const early = await swap({
    running: breakingAt("before"),
    incoming: [],
    stamp: second!,
    say,
  }).catch((error: Error) => error);
  note("a connection lost before the rename is told", early instanceof HalfReplaced, String(early));
  const undoneEarly = await failureOf(
    undoReplace({ running: primary, undone: second!, stamp: third!, say }),
  );
  note("and undone too", undoneEarly === "", undoneEarly);
  await same("with all objects", replaced);

  const undone = await failureOf(
    undoReplace({ running: primary, undone: first!, stamp: second!, say }),
  );
  note("the replacement is undone", undone === "", undone);
  await same("with what was there before", before);
  const again = await failureOf(
    undoReplace({ running: primary, undone: second!, stamp: third!, say }),
  );
  note("and the undoing as well", again === "", again);
  await same("with what was there then", replaced);
  await dropReplaced(primary, third!, say);
  note("nothing is left after the drop", schemas() === "", schemas());
  await same("and the app's data is as before", replaced);
  const unknown = await failureOf(dropReplaced(primary, first!, say));
  note("an unknown replacement is refused", unknown.includes("known: none"), unknown);

  const failures = existsSync("/trial/failed") ? readFileSync("/trial/failed", "utf8") : "";
  console.log(
    `     writes that failed meanwhile: ${failures.split("\n").filter((line) => line === "failed").length}; ${failures.slice(0, 300)}`,
  );
  const bad = results.filter(({ well }) => !well).length;
  console.log(`${results.length - bad} passed, ${bad} failed`);
  process.exit(bad === 0 ? 0 : 1);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
