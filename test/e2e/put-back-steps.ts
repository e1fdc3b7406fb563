import assert from "node:assert/strict";
import { npmEnded } from "../../scripts/local/processes";
import { readOutputs } from "../../scripts/operate/outputs";
import { archived, moment, primaryAsked, restoreSeconds, rows } from "./archived-moment";
import { unnoticed } from "./edited-stack";
import { npmRun } from "./npm-run";
import type { Step } from "./story";

/** A table of the app, with its rows before a hand changed them, and the archived moment in between. */
interface Spoilt {
  good: string;
  bad: string;
  /** Moment before the change, as `db:restore` takes it. */
  before: string;
}

const noteContent = "SELECT COUNT(*), BIT_XOR(CRC32(content)) FROM app.e2e_note";

/** Writes 900 rows, lets `statement` spoil them, and waits until the archive has that. */
async function spoilt(ask: (sql: string) => Promise<string[]>, statement: string): Promise<Spoilt> {
  await ask(
    `DROP TABLE IF EXISTS app.e2e_note; CREATE TABLE app.e2e_note (id INT AUTO_INCREMENT PRIMARY KEY, content TEXT); ${rows(900, "app.e2e_note")}`,
  );
  const [good] = await ask(noteContent);
  const [before] = await ask("SELECT NOW(6)");
  await ask(`DO SLEEP(1); ${statement}`);
  const [bad] = await ask(noteContent);
  const [after] = await ask("DO SLEEP(1); SELECT NOW(6)");
  await archived(moment(after!));
  return { good: good!, bad: bad!, before: moment(before!) };
}

const putBack: Step = {
  title: "a table of the running app that a hand overwrote is put back, without a failed request",
  run: async () => {
    const ask = await primaryAsked();
    const change = "UPDATE app.e2e_note SET content = 'overwritten'";
    const { good, before } = await spoilt(ask, change);
    const options = ["--to", before, "--tables", "app.e2e_note", "--replace"];
    await unnoticed(async () => {
      const { output } = await npmRun("db:restore", options, restoreSeconds);
      const replaced = /what was there is (replaced_\w+)\.e2e_note/.exec(output)?.[1];
      assert.ok(replaced, "it does not say where the table is that was there");
      await ask(`DROP DATABASE ${replaced}`);
    });
    assert.deepEqual(await ask(noteContent), [good]);
    await ask("DROP TABLE app.e2e_note");
  },
};

const replaced: Step = {
  title:
    "all data is put back as of a moment while the site is in maintenance, and the former data again",
  run: async () => {
    const ask = await primaryAsked();
    const { good, bad, before } = await spoilt(ask, "DELETE FROM app.e2e_note WHERE id > 5");
    const consent = ["--yes-replace", "local"];
    const options = ["--to", before, "--into", "replace"];
    const refused = await npmEnded("db:restore", ...options);
    assert.notEqual(refused.status, 0);
    assert.match(refused.output, /--yes-replace must be local/);
    const { output } = await npmRun("db:restore", [...options, ...consent], restoreSeconds);
    assert.deepEqual(await ask(noteContent), [good]);
    await isServed();
    const stamp = /--undo-replace (\w+)/.exec(output)?.[1];
    assert.ok(stamp, output);
    const undone = await npmRun(
      "db:restore",
      ["--undo-replace", stamp, ...consent],
      restoreSeconds,
    );
    assert.deepEqual(await ask(noteContent), [bad]);
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

/** Restored data that goes back into the running stack. */
export const putBackSteps: readonly Step[] = [putBack, maintained, replaced];
