import { setTimeout as pause } from "node:timers/promises";
import { subtract } from "../../host/archiver/gtid-sets";
import { waitUntil } from "../../rolling/wait-until";
import { heal, healInjected, inject } from "../local/faults";
import { type ArchiveState, archiveStates } from "../operate/archive";
import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { waitForGroup } from "./database-state";
import { overrideOn } from "./database-override";
import type { Drill, Measured } from "./drill";
import { npmEnded } from "../local/processes";

/** Time for which the group goes on without the node, milliseconds: heartbeats and two segments. */
const withoutMs = 30_000;
/** Longest wait for the new group to use up the archived numbers, and for its base, seconds. */
const usedUpSeconds = 120;
const baseSeconds = 300;

/** The archiver that archives. */
async function archiving(outputs: StackOutputs): Promise<ArchiveState | undefined> {
  return [...(await archiveStates(outputs)).values()].find((state) => state?.active);
}

async function executed(outputs: StackOutputs, node: string): Promise<string | undefined> {
  return (await query(outputs, node, "SELECT REPLACE(@@gtid_executed, '\\n', '')"))[0];
}

/** @throws Error if the node has everything that is archived: then this drill would show nothing. */
async function checkLack(outputs: StackOutputs, node: string, archived: string): Promise<void> {
  const own = await waitUntil(`${node} to answer`, () => executed(outputs, node), {
    timeoutSeconds: 120,
  });
  if (subtract(archived, own) !== "") return;
  throw new Error(`${node} has all archived transactions, ${archived}; run the drill again`);
}

/** Waits for a base in another history than the former one. */
function nextHistory(outputs: StackOutputs, former: string): Promise<string> {
  const found = async () => {
    const state = await archiving(outputs);
    if (!state || state.timeline === former || state.base === "" || state.problem !== "") {
      throw new Error(`${state?.timeline} ${state?.doing ?? "no node archives"}`);
    }
    return state.timeline;
  };
  return waitUntil("a base in a new history", found, { timeoutSeconds: baseSeconds });
}

/** Faults of a history that ended: it must be restorable to its end, without a gap. */
async function faultsOf(history: string): Promise<string[]> {
  const { status, output } = await npmEnded(
    "db:restore",
    ...["--latest", "--plan", "--history", history],
  );
  return status === 0 && /gaps\s+none/.test(output)
    ? []
    : [`${history} has gaps: ${output.trim()}`];
}

/** The archive has transactions that the node lacks on which the operator overrides. */
async function archivedAndLost(outputs: StackOutputs): Promise<Measured> {
  const primary = await waitForGroup(outputs, 120);
  const nodes = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  const left = nodes.findLast((name) => name !== primary)!;
  const off = (server: string) => inject({ fault: "power-off", server });
  try {
    const dark = await off(left);
    await pause(withoutMs);
    const former = await archiving(outputs);
    if (!former) throw new Error("no node archives; this drill needs backups: npm run up:local");
    await Promise.all(nodes.filter((name) => name !== left).map(off));
    await heal(dark);
    await checkLack(outputs, left, former.archived);
    await overrideOn(left);
    const begun = Date.now();
    const isUsedUp = async () =>
      subtract(former.archived, (await executed(outputs, left)) ?? "") === "" || undefined;
    await waitUntil("the archived numbers used again", isUsedUp, { timeoutSeconds: usedUpSeconds });
    const history = await nextHistory(outputs, former.timeline);
    const outageMs = Date.now() - begun;
    await healInjected();
    await waitForGroup(outputs, 300);
    const now = await archiving(outputs);
    const changed = now && now.timeline !== history ? ["the history changed once more"] : [];
    const broken = [...changed, ...(await faultsOf(former.timeline)), ...(await faultsOf(history))];
    const notes = [...broken, `${former.timeline} ended, ${history} began`];
    const counts = { requests: 0, moves: 0, failed: broken.length, broken: broken.length };
    return { ...counts, outageMs, notes };
  } finally {
    await healInjected();
  }
}

/** Faults after which the archive must begin a history. */
export const historyDrills: readonly Drill[] = [
  {
    id: "F34d",
    title: "`db:override` on a node that lacks archived transactions",
    boundMs: 240_000,
    moves: [0, 0],
    failed: 0,
    run: archivedAndLost,
  },
];
