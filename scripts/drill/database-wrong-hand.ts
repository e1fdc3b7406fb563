import { setTimeout as pause } from "node:timers/promises";
import { databaseStates, query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { rejoinWatch, type Members, type Watch, watched } from "./database-watch";
import { groupOf } from "./database-state";
import type { Drill, Measured } from "./drill";
import { nodesWithErrantData, writeErrantTransactions } from "./database-errant";
import { removeForged, forgedNode, sendForged } from "./forged-messages";

/** Longest wait for a removed member to come back, seconds. */
const backSeconds = 180;
const wrongHandWatch: Watch = { ...rejoinWatch, backSeconds };

/** Bootstraps a group on one node, as an operator might who follows MySQL's manual at the wrong time. */
async function foundByHand(outputs: StackOutputs, node: string): Promise<void> {
  const begin = "SET GLOBAL group_replication_bootstrap_group = ON";
  const end = "SET GLOBAL group_replication_bootstrap_group = OFF";
  const found = `STOP GROUP_REPLICATION; ${begin}; START GROUP_REPLICATION; ${end}`;
  try {
    await query(outputs, node, found);
  } catch {
    // The supervisor may end the statement half-way; the setting to bootstrap must be off again afterwards.
    await query(outputs, node, end);
  }
}

/** A further check after the run; undefined if it finds no error. */
type AlsoWrong = (outputs: StackOutputs) => Promise<string | undefined>;

/** As `watched`; a new group, or an error of the further check, also counts as a broken promise. */
async function sameGroup(
  outputs: StackOutputs,
  watch: Watch,
  breaks: (members: Members) => Promise<unknown>,
  alsoWrong: AlsoWrong = async () => undefined,
): Promise<Measured> {
  const [node] = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  let before: string | undefined;
  const measured = await watched(outputs, watch, async (members) => {
    before = await groupOf(outputs, members.primary);
    await breaks(members);
  });
  const after = await groupOf(outputs, node!);
  const also = await alsoWrong(outputs);
  const changed = [
    ...(after === before ? [] : ["the group is another one than before"]),
    ...(also === undefined ? [] : [also]),
  ];
  const broken = (measured.broken ?? 0) + changed.length;
  const failed = measured.failed + changed.length;
  return { ...measured, broken, failed, notes: [...changed, ...(measured.notes ?? [])] };
}

/** A secondary bootstraps a group beside the serving one. */
function onSecondary({ secondaries, outputs }: Members): Promise<void> {
  return foundByHand(outputs, secondaries[0]!);
}

/** The primary leaves and bootstraps a group beside the one that elects another primary. */
function onPrimary({ primary, outputs }: Members): Promise<void> {
  return foundByHand(outputs, primary);
}

/** Rounds of forged messages, and the pause between two, milliseconds. */
const rounds = 2;
const betweenMs = 1_000;

/** Database and app nodes send forged messages as an unprivileged user; each supervisor must ignore them. */
async function forgedMessages(outputs: StackOutputs): Promise<Measured> {
  const answers: string[] = [];
  const watch: Watch = { watchMs: 8_000, backSeconds: 60, reads: true };
  const breaks = async ({ primary, secondaries, mark }: Members) => {
    const froms = outputs.nodes.filter(({ role }) => role === "db" || role === "app");
    for (let round = 1; round <= rounds; round++) {
      for (const { name } of froms) {
        const reply = await sendForged(outputs, name, [primary, ...secondaries]);
        answers.push(`${name}: ${reply}`);
      }
      mark(`round ${round}`);
      await pause(betweenMs);
    }
  };
  try {
    const measured = await sameGroup(outputs, watch, breaks, believed);
    return { ...measured, notes: [...(measured.notes ?? []), answers.slice(0, 4).join("; ")] };
  } catch (error) {
    const text = `${(error as Error).message}; answers: ${answers.slice(0, 4).join("; ")}`;
    throw new Error(text, { cause: error });
  } finally {
    await removeForged(outputs);
  }
}

/** Nodes that recorded the forged node as the last primary; undefined if none. */
async function believed(outputs: StackOutputs): Promise<string | undefined> {
  const states = [...(await databaseStates(outputs))];
  const names = states
    .filter(([, state]) => state?.lastView?.primary === forgedNode)
    .map(([name]) => name);
  return names.length > 0 ? `${names.join(", ")} believe in ${forgedNode}` : undefined;
}

/** Longest time until a supervisor notices unreadable records, seconds. */
const noticeSeconds = 20;

/**
 * Makes a supervisor's records unreadable and restarts it; returns the supervisor's message, once
 * the node counts again.
 */
async function unreadable(outputs: StackOutputs, node: string): Promise<string> {
  const script = [
    "set -e; shopt -s failglob; since=$(date +%s); cd /var/lib/webstack-supervisor",
    'for file in memory.*; do echo "{garbage" >"$file"; done',
    "systemctl restart webstack-supervisor",
    `for i in $(seq ${noticeSeconds}); do sleep 1`,
    'said=$(journalctl -qu webstack-supervisor -o cat --since "@$since" | grep -E "cannot be read|this node counts" | paste -sd ";") || true',
    '[[ "$said" != *"cannot be read"*"this node counts"* ]] || { echo "$said"; exit 0; }; done; echo nothing',
  ].join("\n");
  const encoded = Buffer.from(script).toString("base64");
  const command = `echo ${encoded} | base64 -d | sudo bash`;
  return (await runOnNode(outputs, node, command, 60_000)).trim();
}

/** Each node in turn, the primary last, loses its supervisor's records. */
async function recordsLost(outputs: StackOutputs): Promise<Measured> {
  const notes: string[] = [];
  const watch: Watch = { watchMs: 8_000, backSeconds, reads: true };
  const breaks = async ({ primary, secondaries, mark }: Members) => {
    for (const node of [...secondaries, primary]) {
      mark(`records of ${node}`);
      notes.push(`${node} said: ${await unreadable(outputs, node)}`);
    }
  };
  const silent = async () => {
    const mute = notes.filter((text) => text.endsWith(": nothing"));
    return mute.length > 0
      ? `${mute.length} nodes did not say that they lost their memory`
      : undefined;
  };
  const measured = await sameGroup(outputs, watch, breaks, silent);
  return { ...measured, notes: [...(measured.notes ?? []), ...notes] };
}

/** Drill in which the group must stay the same. */
function staying(
  id: string,
  title: string,
  boundMs: number,
  run: Drill["run"],
  moves: Drill["moves"] = [0, 0],
): Drill {
  return { id, title, boundMs, moves, failed: 0, run };
}

/** Operators' errors on a serving group, and calls by unauthorized callers. */
export const wrongHandDrills: readonly Drill[] = [
  staying("F48", "a group founded by hand on a secondary", 2_000, (outputs) =>
    sameGroup(outputs, wrongHandWatch, onSecondary),
  ),
  staying("F48c", "a group founded by hand, and something written there", 2_000, (outputs) =>
    sameGroup(outputs, wrongHandWatch, writeErrantTransactions, nodesWithErrantData),
  ),
  staying(
    "F48b",
    "a group founded by hand on the primary",
    10_000,
    (outputs) => sameGroup(outputs, wrongHandWatch, onPrimary),
    [1, 1],
  ),
  staying("F49", "strangers send forged messages to the supervisors", 1_000, forgedMessages),
  staying("F52", "what every supervisor remembers is unreadable", 2_000, recordsLost),
];
