import { parseArgs } from "node:util";
import { inject } from "./local/faults";
import { readOutputs, type StackOutputs } from "./operate/outputs";
import { localPaths } from "./local/paths";
import { takeLock } from "./local/processes";
import { query } from "./operate/databases";
import { mysqlUnit, usualWatch, type Members, watched } from "./drill/database-watch";
import { waitForGroup } from "./drill/database-state";
import { median } from "./drill/report";

/** Faults that both settings are measured with, by their numbers in the matrix. */
const faults: Record<string, { title: string; breaks: (members: Members) => Promise<unknown> }> = {
  F24: {
    title: "MySQL of the primary killed",
    breaks: ({ primary }) => inject({ fault: "kill", server: primary, unit: mysqlUnit }),
  },
  F26: {
    title: "primary loses power",
    breaks: ({ primary }) => inject({ fault: "power-off", server: primary }),
  },
};

/**
 * MySQL's defaults of variables that this stack sets and a running member can change; after a restart a member reads
 * the stack's values again. MySQL reads `paxos_single_leader` at the bootstrap alone, so its value stays.
 */
const defaults = [
  "SET GLOBAL group_replication_member_expel_timeout = DEFAULT",
  "SET GLOBAL group_replication_consistency = DEFAULT",
].join("; ");
const own = [
  "SET GLOBAL group_replication_member_expel_timeout = 0",
  "SET GLOBAL group_replication_consistency = 'BEFORE_ON_PRIMARY_FAILOVER'",
].join("; ");

/** Watched time after a fault, milliseconds: a group with default settings needs about 21 s. */
const defaultsWatch = { ...usualWatch, watchMs: 40_000 };

async function onAll(outputs: StackOutputs, sql: string): Promise<void> {
  await waitForGroup(outputs, 120);
  const nodes = outputs.nodes.filter(({ role }) => role === "db");
  await Promise.all(nodes.map(({ name }) => query(outputs, name, sql)));
}

/** Longest pause of acknowledged writes in milliseconds, for each run. */
async function pauses(
  outputs: StackOutputs,
  id: string,
  runs: number,
  isDefault: boolean,
): Promise<number[]> {
  const found: number[] = [];
  for (let run = 1; run <= runs; run++) {
    await onAll(outputs, isDefault ? defaults : own);
    const watch = isDefault ? defaultsWatch : usualWatch;
    const { outageMs, failed, broken } = await watched(outputs, watch, faults[id]!.breaks);
    const label = isDefault ? "default settings" : "this stack";
    console.log(
      `${label} ${id} run ${run}: ${outageMs} ms, ${failed} failed, ${broken ?? 0} writes lost`,
    );
    found.push(outageMs);
  }
  return found;
}

/** `npm run bench:database [-- --runs N]`: pauses of writes with this stack's settings and MySQL's. */
async function main(): Promise<void> {
  const options = { runs: { type: "string", default: "3" } } as const;
  const runs = Number(parseArgs({ options }).values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error("usage: npm run bench:database [-- --runs N]");
  }
  const outputs = readOutputs();
  takeLock(localPaths.drillLock, "npm run bench:database");
  const lines: string[] = [];
  try {
    for (const [id, { title }] of Object.entries(faults)) {
      const ours = median(await pauses(outputs, id, runs, false))!;
      const theirs = median(await pauses(outputs, id, runs, true))!;
      const ratio = (theirs / ours).toFixed(1);
      lines.push(
        `${id} ${title}: median ${ours} ms here, ${theirs} ms with default settings; ${ratio} times as long`,
      );
    }
  } finally {
    await onAll(outputs, own);
  }
  console.log(lines.join("\n"));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
