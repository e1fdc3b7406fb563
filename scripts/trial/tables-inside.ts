import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { PrefixMachine } from "../restore/machine";
import { RestoredServer } from "../restore/restored-server";
import { importTables, type TableImport } from "../restore/tables/import-tables";
import { parseTables } from "../restore/tables/table-selection";
import { Instance, until } from "./instance";
import { endTrial, recordFinding } from "./findings";

/** Runs in a container of the host image: tables go from one MySQL into a group of three that is written to. */
const rows = Number(process.argv[2]);

const schemaSql = `
CREATE DATABASE app CHARACTER SET utf8mb4;
CREATE TABLE app.author (id INT NOT NULL PRIMARY KEY, name VARCHAR(50));
CREATE TABLE app.other (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, at DATETIME(6), author INT,
  CONSTRAINT other_author FOREIGN KEY (author) REFERENCES author (id));
CREATE TABLE app.entry (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, note VARCHAR(200), doc JSON, raw BLOB,
  flags BIT(5), kind ENUM('a','b''c'), price DECIMAL(12,4), ratio FLOAT, exact DOUBLE, at TIMESTAMP(6) NULL,
  spot POINT, twice DECIMAL(14,4) GENERATED ALWAYS AS (price * 2) STORED, half DECIMAL(14,4) GENERATED ALWAYS AS (price / 2),
  author INT NOT NULL, KEY by_author (author),
  CONSTRAINT entry_author FOREIGN KEY (author) REFERENCES author (id) ON DELETE CASCADE);
CREATE TABLE app.part (id BIGINT NOT NULL PRIMARY KEY, entry BIGINT NOT NULL,
  CONSTRAINT part_entry FOREIGN KEY (entry) REFERENCES entry (id));
CREATE TABLE app.keyless (v INT);
INSERT INTO app.author VALUES (1, 'Größe 𝄞'), (2, NULL);`;

const fillSql = `
SET SESSION cte_max_recursion_depth = 1000000;
INSERT INTO app.entry (note, doc, raw, flags, kind, price, ratio, exact, at, spot, author)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
SELECT IF(i % 9 = 0, NULL, CONCAT('a''b\\\\c\\n𝄞 ', i)), JSON_OBJECT('n', RAND(), 'k', JSON_ARRAY(1, '€')),
  UNHEX(CONCAT('000D0A1A27', SHA2(i, 256))), i % 32, ELT(1 + i % 2, 'a', 'b''c'), i / 7, i / 3, RAND() * 1e300,
  NOW(6) + INTERVAL i SECOND, ST_SRID(POINT(i, -i), 0), 1 + i % 2 FROM n;
INSERT INTO app.part SELECT id, id FROM app.entry WHERE id % 3 = 0;`;

const group = [1, 2, 3].map((number) => new Instance(number, 3));
const primary = group[0]!;
const source = new Instance(4, 1);
const copy = new RestoredServer(new PrefixMachine([]), source.folder);

const lines: string[] = [];

async function imports(tables: string, stamp: string, replace = false): Promise<string> {
  lines.length = 0;
  const say = (line: string) => {
    lines.push(line);
    console.log(`     ${line}`);
  };
  const tableImport: TableImport = {
    ...{ copy, running: primary, stamp, replace, say },
    wanted: parseTables(tables),
  };
  return importTables(tableImport).then(
    () => "",
    (error: Error) => error.message,
  );
}

/** The app: writes without an end, and notes each failure; each write must be done in two seconds. */
function startTraffic(): void {
  const write =
    "SET SESSION lock_wait_timeout = 2; INSERT INTO app.other (at, author) VALUES (NOW(6), 1)";
  const loop = `while :; do mysql --no-defaults -uroot -S ${primary.socket} -e "${write}" 2>> /trial/failed || echo failed >> /trial/failed; done`;
  spawn("bash", ["-c", loop], { stdio: "ignore" });
}

const count = (table: string) => Number(primary.sql(`SELECT COUNT(*) FROM ${table}`)[0]);
const schemas = () => primary.sql("SHOW DATABASES LIKE 're%'").join(" ");

async function main(): Promise<void> {
  for (const instance of [...group, source]) {
    instance.initialize();
    await instance.start();
    if (instance !== source) await instance.join();
  }
  primary.sql(schemaSql);
  source.sql(
    `SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF; ${schemaSql} ${fillSql}`,
  );
  startTraffic();
  await delay(1_000);

  recordFinding(
    "a table without a primary key is refused",
    (await imports("app.*", "a")).includes("app.keyless has no primary key"),
  );
  const begunMs = Date.now();
  const beside = await imports("app.entry", "b");
  recordFinding(
    "a table comes beside",
    beside === "" && count("restored_b.entry") === rows,
    beside,
  );
  console.log(`     ${rows} rows in ${((Date.now() - begunMs) / 1_000).toFixed(1)} s`);
  recordFinding(
    "its foreign key is told",
    lines.some((line) => line.includes("entry_author to app.author")),
  );
  await until("a replica has it", () => {
    const found = group[2]!.sql("SELECT COUNT(*) FROM restored_b.entry")[0];
    return found === String(rows);
  });
  recordFinding("a replica has it", true);
  recordFinding("the app's own table is as it was", count("app.entry") === 0);

  recordFinding(
    "one that others lead to is not replaced alone",
    (await imports("app.entry", "c", true)).includes("app.part leads to app.entry"),
  );
  const both = await imports("app.entry,app.part", "d", true);
  recordFinding(
    "two that lead to each other are replaced",
    both === "" && count("app.entry") === rows,
    both,
  );
  recordFinding(
    "what was there is kept",
    count("replaced_d.entry") === 0 && !schemas().includes("restored_d"),
    schemas(),
  );
  const parents = () =>
    primary
      .sql(
        "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME, '>', REFERENCED_TABLE_SCHEMA, '.', REFERENCED_TABLE_NAME) FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL ORDER BY 1",
      )
      .join(" ");
  const wanted =
    "app.entry>app.author app.other>app.author app.part>app.entry replaced_d.part>replaced_d.entry";
  recordFinding("foreign keys lead to the tables in their place", parents() === wanted, parents());

  primary.sql("DROP TABLE app.part");
  const gone = await imports("app.part", "e", true);
  recordFinding(
    "a dropped table comes back to its place",
    gone === "" && count("app.part") > 0,
    gone,
  );
  recordFinding("with its foreign key", parents() === wanted, parents());
  const again = await imports("app.part", "b");
  recordFinding(
    "nothing is put into a schema that is there",
    again.includes("database exists"),
    again,
  );

  source.sql(
    "CREATE TRIGGER app.t BEFORE INSERT ON app.part FOR EACH ROW SET NEW.entry = NEW.entry",
  );
  recordFinding(
    "triggers are told",
    (await imports("app.part", "f")) === "" && lines.some((line) => line.includes("triggers t")),
  );
  recordFinding(
    "and not replaced",
    (await imports("app.part", "g", true)).includes("app.part has triggers (t)"),
  );
  const failed = existsSync("/trial/failed") ? readFileSync("/trial/failed", "utf8") : "";
  recordFinding(
    "the app saw no failed request",
    failed === "",
    `${count("app.other")} writes; ${failed.slice(0, 300)}`,
  );
  endTrial();
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
