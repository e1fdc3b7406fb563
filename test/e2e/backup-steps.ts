import assert from "node:assert/strict";
import { waitUntil } from "../../rolling/wait-until";
import { waitForGroup } from "../../scripts/drill/database-state";
import { npmEnded } from "../../scripts/local/processes";
import { heal, inject } from "../../scripts/local/faults";
import { readOutputs } from "../../scripts/operate/outputs";
import { query } from "../../scripts/operate/databases";
import { archived, moment, primaryAsked, restoreSeconds, rows } from "./archived-moment";
import { npmRun } from "./npm-run";
import { putBackSteps } from "./put-back-steps";
import type { Step } from "./story";

/** Longest time until another node archives, seconds. */
const takenOverSeconds = 120;
/** Longest base of a stack that is nearly empty, seconds. */
const baseSeconds = 180;

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

/** Node that archives, as `db:status` says it. */
async function archiver(): Promise<string> {
  const { output } = await npmEnded("db:status");
  const found = /^backups +(\S+) archives/m.exec(output)?.[1];
  if (!found) throw new Error(output.trim());
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
export const backupSteps: readonly Step[] = [hadBack, ...putBackSteps, goesOn];
