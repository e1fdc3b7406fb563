import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { databaseStates } from "../operate/databases";
import { waitForWrites } from "./database-load";
import { type MinorityRun, minorityDrill } from "./database-restart";
import type { Members } from "./database-watch";
import type { Drill } from "./drill";
import { npmRun } from "../local/processes";
import { powerOn, shutDown } from "./server-shutdown";

/** Time that the last member is left alone, milliseconds: longer than a minority stays a group. */
const aloneMs = 20_000;

/**
 * Both secondaries are shut down in order, so the primary stays the primary of a whole group of one. No
 * other node can confirm it: it serves nothing until an operator overrides.
 */
async function lastMember({
  primary,
  secondaries,
  outputs,
  ledger,
  mark,
}: Members): Promise<MinorityRun> {
  const acknowledged = () => ledger.writes.filter(({ result }) => result === "acknowledged").length;
  for (const name of secondaries) await shutDown(name);
  mark("both secondaries off");
  const isLast = async () => {
    const state = (await databaseStates(outputs)).get(primary);
    return (state?.majority && state.members.length === 1) || undefined;
  };
  await waitUntil(`${primary} the only member`, isLast, { timeoutSeconds: 60 });
  await pause(3_000);
  const before = acknowledged();
  await pause(aloneMs);
  const alone = acknowledged() - before;
  mark("override");
  const begun = Date.now();
  const beforeOverride = acknowledged();
  await npmRun("db:override", primary, "--yes");
  // The command's success means that writes succeed.
  if (acknowledged() === beforeOverride) {
    throw new Error(`db:override on ${primary} ended well before a write succeeded`);
  }
  await waitForWrites(outputs, 120);
  const outageMs = Date.now() - begun;
  await pause(5_000);
  for (const name of secondaries) await powerOn(name);
  return { alone, outageMs };
}

/** Drills of a group that shrank to one member. */
export const lastMemberDrills: readonly Drill[] = [
  minorityDrill(
    {
      id: "F33b",
      title: "two nodes shut down in order, the operator overrides on the third",
      boundMs: 60_000,
      part: "the last member",
    },
    lastMember,
  ),
];
