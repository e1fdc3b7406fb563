import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { usualWatch } from "./database-kinds";
import { waitForGroup } from "./database-state";
import { type Members, type Watch, watched } from "./database-watch";
import type { Drill, Measured } from "./drill";

/** A schema of the drill's own. */
const schema = "drill_ballast";
/** Random bytes that are copied, MB; each statement writes 8 of them. */
const ballastMb = 512;
const statementMb = 8;

/** A transaction that only one node has: it is refused by the group, and takes a copy. */
async function errant({ secondaries, outputs }: Members): Promise<void> {
  await query(
    outputs,
    secondaries[0]!,
    "STOP GROUP_REPLICATION; SET GLOBAL super_read_only = OFF; CREATE DATABASE errant; DROP DATABASE errant;",
  );
}

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

/** A rebuild that copies far more than a new stack has. */
async function heavyRebuild(outputs: StackOutputs, watch: Watch): Promise<Measured> {
  const drop = `DROP DATABASE IF EXISTS ${schema}`;
  await query(outputs, await waitForGroup(outputs, 120), drop);
  try {
    await fill(outputs, await waitForGroup(outputs, 120));
    return await watched(outputs, watch, errant);
  } finally {
    await query(outputs, await waitForGroup(outputs, 120), drop);
  }
}

/** Longest rebuild that is watched under load, milliseconds, and waited for in all, seconds. */
const rebuild: Watch = { ...usualWatch, watchMs: 10_000, backSeconds: 300 };
const heavy: Watch = { ...rebuild, watchMs: 30_000 };

/** Members that take a copy of another one. */
export const rebuildDrills: readonly Drill[] = [
  {
    id: "F40",
    title: "errant transaction on a secondary",
    boundMs: 2_000,
    moves: [0, 0],
    failed: 0,
    run: (outputs) => watched(outputs, rebuild, errant),
  },
  {
    id: "F40b",
    title: `as F40, with ${ballastMb} MB of data`,
    boundMs: 2_000,
    moves: [0, 0],
    failed: 0,
    run: (outputs) => heavyRebuild(outputs, heavy),
  },
];
