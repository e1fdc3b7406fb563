import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { healInjected } from "../local/faults";
import { databaseStates, query } from "../operate/databases";
import { loadBalancers } from "../operate/edge";
import type { StackOutputs } from "../operate/outputs";
import { askToOverride } from "../operate/override";
import { runOnNode } from "../operate/ssh";
import { cutFrom, usualWatch, type Members, watched } from "./database-watch";
import { groupOf, waitForGroup } from "./database-state";
import type { Drill, Measured } from "./drill";
import { type Ended, npmEnded, npmRun } from "../local/processes";

/** Time for which the node stays beside the majority after the override, milliseconds. */
const besideMs = 10_000;

/** Longest wait for the node to come back after the override, seconds. */
const backSeconds = 180;

/** Hides the majority from the operator, who connects through the load balancers; the site keeps serving. */
async function hidden({ primary, secondaries, outputs }: Members): Promise<string> {
  const [other, alone] = secondaries as [string, string];
  for (const node of [primary, other]) await cutFrom(node, loadBalancers(outputs));
  return alone;
}

function override(node: string): Promise<Ended> {
  return npmEnded("db:override", node, "--yes");
}

/** The last line of a command's output. */
function lastLine({ status, output }: Ended): string {
  return `status ${status}: ${output.trim().split("\n").at(-1)}`;
}

/** The supervisor's own answer: the command may have refused before it called the supervisor. */
async function ownAnswer(outputs: StackOutputs, node: string): Promise<string> {
  const answer = await askToOverride(outputs, node, runOnNode);
  if (answer.accepted) throw new Error(`the supervisor of ${node} accepted: ${answer.reason}`);
  return `the supervisor of ${node} refused: ${answer.reason}`;
}

/** The operator reaches one node of three; that node reaches the others. */
async function besideMajority(members: Members, notes: string[]): Promise<void> {
  const alone = await hidden(members);
  const ended = await override(alone);
  notes.push(lastLine(ended));
  const isRefused = /refused|nothing to override/.test(ended.output) && ended.status !== 0;
  if (!isRefused) throw new Error(`the command was not refused: ${lastLine(ended)}`);
  notes.push(await ownAnswer(members.outputs, alone));
}

/** The operator reaches one node of three, cut from its peers: only the app nodes reach both sides. */
async function withoutPeers(members: Members, notes: string[]): Promise<void> {
  const { outputs, primary, secondaries, mark } = members;
  const alone = await hidden(members);
  await cutFrom(alone, [primary, secondaries[0]!]);
  const left = async () => {
    const state = (await databaseStates(outputs)).get(alone);
    if (state?.member?.state === "ONLINE") throw new Error(`${alone} is still a member`);
    return state && true;
  };
  await waitUntil(`${alone} out of the group`, left, { timeoutSeconds: 60 });
  mark("override");
  const ended = await override(alone);
  notes.push(lastLine(ended));
  const isRefused = /reaches \S+ as the primary/.test(ended.output) && ended.status !== 0;
  if (!isRefused) throw new Error(`the command was not refused: ${lastLine(ended)}`);
  await pause(besideMs);
  mark("links healed");
  await healInjected();
}

/** Drill in which an override beside a majority must not change the majority's group. */
async function majorityStays(
  outputs: StackOutputs,
  breaks: (members: Members, notes: string[]) => Promise<void>,
): Promise<Measured> {
  const notes: string[] = [];
  let before: string | undefined;
  let stays: string | undefined;
  try {
    const measured = await watched(outputs, { ...usualWatch, backSeconds }, async (members) => {
      stays = members.primary;
      before = await groupOf(outputs, members.primary);
      await breaks(members, notes);
    });
    const changed = (await groupOf(outputs, stays!)) === before ? 0 : 1;
    if (changed > 0) notes.push("the group is another one than before");
    const broken = (measured.broken ?? 0) + changed;
    const all = [...notes, ...(measured.notes ?? [])];
    return { ...measured, broken, failed: measured.failed + changed, notes: all };
  } catch (error) {
    await healInjected();
    await putBack(outputs, stays);
    throw new Error(`${(error as Error).message}; ${notes.join("; ")}`, { cause: error });
  }
}

/** After a failure: revokes the override, and ends every group except that of the old primary. */
async function putBack(outputs: StackOutputs, primary: string | undefined): Promise<void> {
  const nodes = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  const forget = "sudo rm -f /var/lib/webstack-supervisor/override";
  for (const node of nodes) await runOnNode(outputs, node, forget).catch(() => undefined);
  const isWhole = await waitForGroup(outputs, backSeconds / 2).catch(() => undefined);
  if (isWhole !== undefined || primary === undefined) return;
  for (const node of nodes.filter((name) => name !== primary)) {
    await query(outputs, node, "STOP GROUP_REPLICATION").catch(() => undefined);
  }
  await waitForGroup(outputs, backSeconds);
}

/** Overrides by an operator who cannot reach the majority. */
export const overrideDrills: readonly Drill[] = [
  {
    id: "F51",
    title: "`db:override` beside a majority that is hidden from the operator",
    boundMs: 1_000,
    moves: [0, 0],
    failed: 0,
    run: (outputs) => majorityStays(outputs, besideMajority),
  },
  {
    id: "F51b",
    title: "as F51, on a node that is cut from its peers too",
    boundMs: 2_000,
    moves: [0, 0],
    failed: 0,
    run: (outputs) => majorityStays(outputs, withoutPeers),
  },
];

/** Overrides on the node, once no app node reports any more that it reaches the former primary. */
export async function overrideOn(node: string): Promise<void> {
  const ended = async () => {
    await npmRun("db:override", node, "--yes");
    return true;
  };
  await waitUntil("the override", ended, { timeoutSeconds: 120, intervalMs: 3_000 });
}
