import assert from "node:assert/strict";
import { waitUntil } from "../../rolling/wait-until";
import { waitForGroup } from "../../scripts/drill/database-state";
import { npmEnded } from "../../scripts/drill/npm-run";
import { heal, inject } from "../../scripts/local/faults";
import { readOutputs } from "../../scripts/local/outputs";
import { query } from "../../scripts/operate/databases";
import { unnoticed } from "./edited-stack";
import { npmRun } from "./npm-run";
import type { Step } from "./story";

/** Longest time until the archive has what was written, seconds. */
const archivedSeconds = 90;
/** Longest time until another node archives, seconds. */
const takenOverSeconds = 120;
/** Longest base, and longest restore of a stack that is nearly empty, seconds. */
const baseSeconds = 180;
const restoreSeconds = 180;

const rows = (count: number, table = "e2e_ledger.line") =>
  `INSERT INTO ${table} (content) WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count}) SELECT CONCAT('\u00e9\u{1F600}', n) FROM counted`;

/** Asks the node that is the primary now. */
async function primaryAsked() {
  const outputs = readOutputs();
  const primary = await waitForGroup(outputs, 60);
  return (sql: string) => query(outputs, primary, sql);
}

/** Text of a moment as `db:restore` takes it. */
function moment(said: string): string {
  return `${said.replace(" ", "T")}Z`;
}

/** Waits until the archive reaches a moment; `db:restore` refuses it before. */
async function archived(at: string): Promise<void> {
  const plan = async () => {
    const { status, said } = await npmEnded("db:restore", "--to", at, "--plan");
    if (status !== 0) throw new Error(said.trim());
    return true;
  };
  await waitUntil(`the archive at ${at}`, plan, {
    ...{ timeoutSeconds: archivedSeconds, intervalMs: 2_000 },
  });
}

const hadBack: Step = {
  title: "a schema that a hand dropped is had back as of the moment before, from bucket and keys",
  run: async () => {
    const ask = await primaryAsked();
    await ask(
      `DROP DATABASE IF EXISTS e2e_ledger; CREATE DATABASE e2e_ledger; CREATE TABLE e2e_ledger.line (id INT AUTO_INCREMENT PRIMARY KEY, content TEXT); ${rows(700)}`,
    );
    await npmRun("db:backup", ["--dump"], baseSeconds);
    await ask(rows(300));
    const [before] = await ask("SELECT NOW(6)");
    await ask("DO SLEEP(1); DROP DATABASE e2e_ledger");
    const [after] = await ask("DO SLEEP(1); SELECT NOW(6)");
    await archived(moment(after!));
    const then = await npmRun("db:restore", ["--to", moment(before!)], restoreSeconds);
    assert.match(then.output, /gaps +none/);
    assert.match(then.output, /e2e_ledger\.line +1000 rows, checked/);
    const now = await npmRun("db:restore", ["--latest"], restoreSeconds);
    assert.match(now.output, /^proved /m);
    assert.ok(!now.output.includes("e2e_ledger"));
    const dumped = await npmRun("db:restore", ["--dump"], restoreSeconds);
    assert.match(dumped.output, /all accepted/);
    assert.match(dumped.output, /e2e_ledger\.line +700 rows, checked/);
  },
};

const putBack: Step = {
  title: "a table of the running app that a hand overwrote is put back, without a failed request",
  run: async () => {
    const ask = await primaryAsked();
    const content = "SELECT COUNT(*), BIT_XOR(CRC32(content)) FROM app.e2e_note";
    await ask(
      `DROP TABLE IF EXISTS app.e2e_note; CREATE TABLE app.e2e_note (id INT AUTO_INCREMENT PRIMARY KEY, content TEXT); ${rows(900, "app.e2e_note")}`,
    );
    const [written] = await ask(content);
    const [before] = await ask("SELECT NOW(6)");
    await ask("DO SLEEP(1); UPDATE app.e2e_note SET content = 'overwritten'");
    const [after] = await ask("DO SLEEP(1); SELECT NOW(6)");
    await archived(moment(after!));
    const options = ["--to", moment(before!), "--tables", "app.e2e_note", "--replace"];
    await unnoticed(async () => {
      const { output } = await npmRun("db:restore", options, restoreSeconds);
      const replaced = /what was there is (replaced_\w+)\.e2e_note/.exec(output)?.[1];
      assert.ok(replaced, "it does not say where the table is that was there");
      await ask(`DROP DATABASE ${replaced}`);
    });
    assert.deepEqual(await ask(content), [written]);
    await ask("DROP TABLE app.e2e_note");
  },
};

const replaced: Step = {
  title:
    "all data is put back as of a moment while the site is in maintenance, and the former data again",
  run: async () => {
    const ask = await primaryAsked();
    const content = "SELECT COUNT(*), BIT_XOR(CRC32(content)) FROM app.e2e_note";
    await ask(
      `DROP TABLE IF EXISTS app.e2e_note; CREATE TABLE app.e2e_note (id INT AUTO_INCREMENT PRIMARY KEY, content TEXT); ${rows(900, "app.e2e_note")}`,
    );
    const [good] = await ask(content);
    const [before] = await ask("SELECT NOW(6)");
    await ask("DO SLEEP(1); DELETE FROM app.e2e_note WHERE id > 5");
    const [bad] = await ask(content);
    const [after] = await ask("DO SLEEP(1); SELECT NOW(6)");
    await archived(moment(after!));
    const consent = ["--yes-replace", "local"];
    const options = ["--to", moment(before!), "--into", "replace"];
    const refused = await npmEnded("db:restore", ...options);
    assert.notEqual(refused.status, 0);
    assert.match(refused.said, /--yes-replace must be local/);
    const { output } = await npmRun("db:restore", [...options, ...consent], restoreSeconds);
    assert.deepEqual(await ask(content), [good]);
    await isServed();
    const stamp = /--undo-replace (\w+)/.exec(output)?.[1];
    assert.ok(stamp, output);
    const undone = await npmRun(
      "db:restore",
      ["--undo-replace", stamp, ...consent],
      restoreSeconds,
    );
    assert.deepEqual(await ask(content), [bad]);
    const kept = /is kept as (\w+)/.exec(undone.output)?.[1];
    assert.ok(kept, undone.output);
    await npmRun("db:restore", ["--drop-replaced", kept, ...consent], restoreSeconds);
    assert.deepEqual(await ask("SHOW DATABASES LIKE 'replaced%'"), []);
    await ask("DROP TABLE app.e2e_note");
  },
};

const maintained: Step = {
  title: "in maintenance every web node answers 503 with a page, and serves again afterwards",
  run: async () => {
    const { url } = readOutputs();
    await npmRun("maintenance", ["on"], 60);
    try {
      const answer = await fetch(url);
      assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "60"]);
      assert.match(await answer.text(), /maintenance/i);
    } finally {
      await npmRun("maintenance", ["off"], 60);
    }
    await isServed();
  },
};

/** @throws AssertionError unless the site answers 200. */
async function isServed(): Promise<void> {
  assert.equal((await fetch(readOutputs().url)).status, 200);
}

/** Node that archives, as `db:status` says it. */
async function archiver(): Promise<string> {
  const { said } = await npmEnded("db:status");
  const found = /^backups +(\S+) archives/m.exec(said)?.[1];
  if (!found) throw new Error(said.trim());
  return found;
}

const goesOn: Step = {
  title: "the node that archives loses power, and another one goes on without a gap",
  run: async () => {
    const outputs = readOutputs();
    const before = await archiver();
    const fault = await inject({ fault: "power-off", server: before });
    const begun = performance.now();
    try {
      const other = async () => {
        const now = await archiver();
        return now === before ? undefined : now;
      };
      const next = await waitUntil("another archiver", other, {
        ...{ timeoutSeconds: takenOverSeconds, intervalMs: 1_000 },
      });
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
      console.log(`        ${next} archives in place of ${before} after ${seconds} s`);
    } finally {
      await heal(fault);
    }
    const primary = await waitForGroup(outputs, 120);
    const [now] = await query(outputs, primary, "SELECT NOW(6)");
    await archived(moment(now!));
    const { output } = await npmRun("db:restore", ["--latest"], restoreSeconds);
    assert.match(output, /gaps +none/);
    assert.match(output, /^proved /m);
  },
};

/** Backups of the running stack, restored, and an archiver that is lost. */
export const backupSteps: readonly Step[] = [hadBack, putBack, maintained, replaced, goesOn];
