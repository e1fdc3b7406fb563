import assert from "node:assert/strict";
import { databaseDrills } from "../../scripts/drill/database";
import type { Drill, Measured } from "../../scripts/drill/drill";
import { edgeDrills } from "../../scripts/drill/edge";
import { readOutputs } from "../../scripts/local/outputs";
import type { Step } from "./story";

/** Several times what each is allowed: the story asks whether it heals, `npm run drill` how fast. */
const patience = 5;

async function drilled(drills: readonly Drill[], id: string): Promise<Measured> {
  const drill = drills.find((each) => each.id === id)!;
  const measured = await drill.run(readOutputs());
  console.log(`        ${id}: ${measured.outageMs} ms, ${measured.failed} failed`);
  const [fewest, most] = drill.moves;
  assert.ok(measured.moves >= fewest && measured.moves <= most, `${measured.moves} moves`);
  assert.equal(measured.broken ?? 0, 0);
  assert.ok(measured.outageMs <= drill.boundMs * patience, `${measured.outageMs} ms`);
  return measured;
}

/** What survives on real hosts: a planned switch, a dead load balancer, a dead primary. */
export const failoverSteps: readonly Step[] = [
  {
    title: "a planned switch of the load balancers fails no request",
    run: async () => assert.equal((await drilled(edgeDrills, "F18")).failed, 0),
  },
  {
    title:
      "keepalived dies, or the link between the load balancers: the address stays where it serves",
    run: async () => {
      assert.equal((await drilled(edgeDrills, "F4")).failed, 0);
      assert.equal((await drilled(edgeDrills, "F4b")).failed, 0);
      assert.equal((await drilled(edgeDrills, "F7")).failed, 0);
    },
  },
  {
    title: "the active load balancer loses power: the other one serves, with one move",
    run: async () => {
      await drilled(edgeDrills, "F5");
      await drilled(edgeDrills, "F5b");
    },
  },
  {
    title: "MySQL of the primary is killed: no acknowledged write is lost",
    run: async () => void (await drilled(databaseDrills, "F24")),
  },
  {
    title: "all database nodes lose power: one that has a lost transaction takes a copy",
    run: async () => void (await drilled(databaseDrills, "F34b")),
  },
];
