import assert from "node:assert/strict";
import { databaseDrills } from "../../scripts/drill/database";
import type { Drill } from "../../scripts/drill/drill";
import { edgeDrills } from "../../scripts/drill/edge";
import { readOutputs } from "../../scripts/operate/outputs";
import type { Step } from "./story";

/** Several times what each is allowed: the story asks whether it heals, `npm run drill` how fast. */
const patience = 5;
/** Runs of each fault of the edge: a race shows itself now and then. */
const edgeRuns = 2;

async function drilled({ id, boundMs, moves, failed, run }: Drill): Promise<void> {
  const measured = await run(readOutputs());
  console.log(`        ${id}: ${measured.outageMs} ms, ${measured.failed} failed`);
  const [fewest, most] = moves;
  assert.ok(measured.moves >= fewest && measured.moves <= most, `${measured.moves} moves`);
  assert.equal(measured.broken ?? 0, 0);
  assert.ok(measured.failed <= (failed ?? Infinity), `${measured.failed} failed`);
  assert.ok(measured.outageMs <= boundMs * patience, `${measured.outageMs} ms`);
}

function step(drill: Drill, runs: number): Step {
  return {
    title: `${drill.id}: ${drill.title}`,
    run: async () => {
      for (let done = 0; done < runs; done++) await drilled(drill);
    },
  };
}

/** Faults of the database that the story has time for: a dead primary, a broken copy, a loss of all. */
const chosen = ["F24", "F40c", "F34b"];
const database = databaseDrills.filter(({ id }) => chosen.includes(id));

/** What survives on real hosts: every fault of the edge, and the worst ones of the database. */
export const failoverSteps: readonly Step[] = [
  ...edgeDrills.map((drill) => step(drill, edgeRuns)),
  ...database.map((drill) => step(drill, 1)),
];
