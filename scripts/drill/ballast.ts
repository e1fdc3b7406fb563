import { setTimeout as pause } from "node:timers/promises";
import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { waitForGroup } from "./database-state";
import type { Drill } from "./drill";

/** A schema of the drill's own. */
const schema = "drill_ballast";
const drop = `DROP DATABASE IF EXISTS ${schema}`;
/** Written random data, MB; each statement writes 8 MB. */
export const ballastMb = 512;
const statementMb = 8;
/** Time for the disks to write the data, milliseconds; not part of the measurement. */
const settleMs = 5_000;

async function fill(outputs: StackOutputs, primary: string): Promise<void> {
  const rows = statementMb * 1024;
  const insert = [
    `SET SESSION cte_max_recursion_depth = ${rows}`,
    `INSERT INTO ${schema}.ballast (content) WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${rows}) SELECT RANDOM_BYTES(1024) FROM counted`,
  ].join("; ");
  const columns = "id BIGINT AUTO_INCREMENT PRIMARY KEY, content VARBINARY(1024) NOT NULL";
  await query(
    outputs,
    primary,
    `CREATE DATABASE ${schema}; CREATE TABLE ${schema}.ballast (${columns})`,
  );
  for (let mb = 0; mb < ballastMb; mb += statementMb) await query(outputs, primary, insert);
}

/** The drill in a group with far more data than a new stack has. */
export function withBallast(drill: Drill): Drill {
  const run = async (outputs: StackOutputs) => {
    await query(outputs, await waitForGroup(outputs, 120), drop);
    try {
      await fill(outputs, await waitForGroup(outputs, 120));
      await pause(settleMs);
      return await drill.run(outputs);
    } finally {
      await query(outputs, await waitForGroup(outputs, 120), drop);
    }
  };
  return { ...drill, run };
}
