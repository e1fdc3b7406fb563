import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isSameSet } from "../../host/archiver/gtid-sets";
import { newestBase } from "../../host/archiver/chain/reading";
import { keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { findDump, loadDump } from "../restore/dumps";
import { inspect } from "../restore/check-restored";
import { PrefixMachine } from "../restore/machine";
import { type Ask, contentOf, differences, endTrial, failTrial, recordFinding } from "./findings";
import { until } from "./instance";
import { marker, schemaSql } from "./load";
import { hasText, openTrial, root, startOnlyNode } from "./programs";

/** Runs in a container of the host image: `dump-inside.js PROGRAMS`. */
const programs = process.argv[2]!;
const password = "trial-clerk";

/** What a dump may lose: names, definitions, binary content, accounts with roles and narrow privileges. */
const moreSql = `
INSERT INTO app.big VALUES (1, 'x'), (2, NULL);
CREATE TABLE app.odd (id INT NOT NULL PRIMARY KEY, raw BLOB, flags BIT(5), kind ENUM('a','b''c'), price DECIMAL(12,4),
  exact DOUBLE, at TIMESTAMP(6) NULL, spot POINT, \`back\`\`quote\` VARCHAR(20), big INT,
  CONSTRAINT odd_big FOREIGN KEY (big) REFERENCES app.big (id));
INSERT INTO app.odd VALUES (1, UNHEX('000D0A1A275C'), 9, 'b''c', 1.2345, 1e300, '2026-11-29 03:15:00.123456',
  ST_SRID(POINT(1, -1), 0), 'a''b\\\\c\\n𝄞', 1);
CREATE DATABASE \`app-two\`; CREATE TABLE \`app-two\`.t (id INT NOT NULL PRIMARY KEY, v TEXT) COLLATE latin1_swedish_ci;
INSERT INTO \`app-two\`.t VALUES (1, 'é');
CREATE ROLE reader; GRANT SELECT ON app.big TO reader;
GRANT reader TO clerk@'%'; SET DEFAULT ROLE reader TO clerk@'%';
GRANT SELECT (id), UPDATE (note) ON app.ledger TO clerk@'%';
CREATE DEFINER = clerk@'%' SQL SECURITY INVOKER VIEW app.seen AS SELECT id FROM app.big;
CREATE FUNCTION app.f(i INT) RETURNS INT DETERMINISTIC RETURN i + 1;
GRANT EXECUTE ON FUNCTION app.f TO clerk@'%';
CREATE TRIGGER app.t BEFORE INSERT ON app.odd FOR EACH ROW SET NEW.price = NEW.price + 1;
CREATE EVENT app.e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM app.big;
`;

/** Content of a database with what `contentOf` leaves out. */
async function everything(ask: Ask): Promise<Record<string, string>> {
  const one = async (sql: string) => (await ask(sql)).join("\n").replace(/^.*sql_mode.*$/gm, "");
  return {
    ...(await contentOf(ask)),
    view: await one("SHOW CREATE VIEW app.seen"),
    trigger: await one(
      "SELECT ACTION_STATEMENT, DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'app'",
    ),
    event: await one(
      "SELECT EVENT_NAME, STATUS, EVENT_DEFINITION FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'app'",
    ),
    clerk: await one("SHOW GRANTS FOR clerk@'%'"),
    role: await one("SHOW GRANTS FOR reader"),
    hashes: await one(
      "SELECT User, plugin, HEX(authentication_string) FROM mysql.user WHERE User IN ('clerk', 'reader') ORDER BY 1",
    ),
    defaults: await one("SELECT USER, DEFAULT_ROLE_USER FROM mysql.default_roles"),
  };
}

const failures = async (store: ObjectStore, timeline: string) =>
  store.list(keys.dumpFailures(root, timeline));

async function main(): Promise<void> {
  const { publicKey, store, objects } = await openTrial();
  const { primary, node } = await startOnlyNode(publicKey, programs);
  primary.sql(schemaSql);
  primary.sql(moreSql);
  await delay(3_000);
  await node.takeBase();
  const timeline = node.status()!.timeline;
  const none = await findDump(store, root, { id: "latest" }).catch((error: Error) => error);
  recordFinding("a base without a request has no dump", none instanceof Error, String(none));

  const content = await everything((sql) => primary.sql(sql));
  node.requestDump();
  const clear: string[] = [];
  await node.takeBase((folder) => {
    for (const name of readdirSync(folder).filter((one) => one.endsWith(".age"))) {
      const text = readFileSync(join(folder, name));
      clear.push(`${name} ${text.length} bytes`);
      if ([marker, "CREATE", password].some((word) => text.includes(word))) clear.push("in clear");
    }
  });
  recordFinding(
    "its files are encrypted",
    clear.length === 2 && !clear.includes("in clear"),
    clear.join(),
  );
  primary.sql("INSERT INTO app.big VALUES (3, 'later'); DROP TABLE app.odd");
  const { dump } = await findDump(store, root, { id: "latest" });
  const base = (await newestBase(store, root, timeline))!;
  recordFinding(
    "it has the transactions of its base",
    isSameSet(dump.gtids, base.gtids),
    dump.gtids,
  );
  recordFinding("the store has no row and no statement in clear", !hasText(objects, marker));

  const folder = "/trial/restore";
  for (const name of ["data", "relay"]) mkdirSync(join(folder, name), { recursive: true });
  const place = { here: folder, there: folder, identity: "/trial/identity" };
  const say = (line: string) => console.log(`     ${line}`);
  const restore = { store, root, machine: new PrefixMachine([]), ...place, say };
  const { server, statements, refused, gtids } = await loadDump(restore, dump);
  recordFinding(
    "every account is accepted",
    refused.length === 0,
    `${statements} ${refused.join("; ")}`,
  );
  const found = await everything((sql) => server.query(sql));
  const different = differences(content, found);
  recordFinding(
    "the restored database is what was there",
    different.length === 0,
    different.join("\n     "),
  );
  recordFinding("and has exactly those transactions", isSameSet(gtids, dump.gtids), gtids);
  const tables = await inspect(server);
  recordFinding(
    "each table is checked",
    tables.length === 4,
    tables.map(({ table }) => table).join(" "),
  );
  const login = ["--no-defaults", "--user=clerk", `--socket=${folder}/mysqld.sock`, "-BN"];
  const seen = execFileSync(
    "/usr/bin/mysql",
    [...login, "-e", "SELECT app.f(COUNT(*)) FROM app.seen"],
    {
      encoding: "utf8",
      env: { MYSQL_PWD: password },
    },
  );
  recordFinding(
    "a user logs in with the same password, and reads by its role",
    seen.trim() === "3",
    seen,
  );
  await server.stop();

  primary.sql(
    "CREATE TABLE app.gone (i INT PRIMARY KEY); CREATE VIEW app.broken AS SELECT * FROM app.gone; DROP TABLE app.gone",
  );
  node.requestDump();
  await node.takeBase();
  const [failure = ""] = await failures(store, timeline);
  const reason = failure && (await store.get(failure))!.toString();
  const later = (await newestBase(store, root, timeline))!;
  recordFinding("a dump that fails says why", reason.includes("app.broken"), reason.trim());
  recordFinding("and its base is there", later.id > base.id, later.id);
  await until("the archiver knows of it", () => failure.includes(node.status()!.failedDump || "-"));
  recordFinding("the newest dump is the one before", node.status()!.dump === dump.id);
  await node.stopArchiver();
  endTrial();
}

main().catch((error: Error) => failTrial(error));
