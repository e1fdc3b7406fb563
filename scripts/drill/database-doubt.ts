import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { heal, healInjected, inject } from "../local/faults";
import { databaseStates } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { waitForWrites } from "./database-load";
import { overrideOn } from "./database-override";
import { waitForGroup, waitForMember } from "./database-state";
import type { Drill, Measured } from "./drill";

/** Longest wait for a view without the node, and for the reason of a node that waits, seconds. */
const noticeSeconds = 90;
/** Time for which the node that knows more must stay outside, milliseconds. */
const outsideMs = 10_000;
/** Longest wait for a node to become a copy, seconds. */
const copySeconds = 300;

/** Waits until that node is a member beside one other node. */
async function waitForTwo(outputs: StackOutputs, node: string): Promise<void> {
  const isTwo = async () =>
    (await databaseStates(outputs)).get(node)?.members.length === 2 || undefined;
  await waitUntil(`${node} in a view of two`, isTwo, { timeoutSeconds: noticeSeconds });
}

/** Waits until the node says that an operator must choose; returns what it says. */
function waitForQuestion(outputs: StackOutputs, node: string): Promise<string> {
  const asked = async () => {
    const state = (await databaseStates(outputs)).get(node);
    if (state?.waiting.includes("an operator must choose")) return state.waiting;
    throw new Error(state?.waiting || state?.member?.state || "no answer");
  };
  return waitUntil(`${node} to wait for an operator`, asked, { timeoutSeconds: noticeSeconds });
}

/** An operator overrides on a node that missed the last view; one that knows this view comes back. */
async function overriddenTooEarly(outputs: StackOutputs): Promise<Measured> {
  const primary = await waitForGroup(outputs, 120);
  const nodes = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  const [knowing, left] = nodes.filter((name) => name !== primary) as [string, string];
  const off = (server: string) => inject({ fault: "power-off", server });
  try {
    const leftOff = await off(left);
    await waitForTwo(outputs, primary);
    await waitForWrites(outputs, 60);
    const [, knowingOff] = await Promise.all([off(primary), off(knowing)]);
    await heal(leftOff);
    await overrideOn(left);
    await waitForWrites(outputs, 60);
    await heal(knowingOff);
    const question = await waitForQuestion(outputs, knowing);
    await pause(outsideMs);
    const isIn = (await databaseStates(outputs)).get(knowing)?.member?.state === "ONLINE";
    const broken = isIn ? [`${knowing} joined without an operator`] : [];
    const begun = Date.now();
    await overrideOn(left);
    await waitForMember(outputs, knowing, copySeconds);
    const outageMs = Date.now() - begun;
    await healInjected();
    await waitForGroup(outputs, copySeconds);
    const counts = { requests: 0, moves: 0, failed: broken.length, broken: broken.length };
    return { ...counts, outageMs, notes: [...broken, `${knowing} waited: ${question}`] };
  } finally {
    await healInjected();
  }
}

/** Faults after which an operator must choose whose data stays. */
export const doubtDrills: readonly Drill[] = [
  {
    id: "F34e",
    title: "`db:override` on a node that missed the last view, and one that knows it comes back",
    boundMs: 120_000,
    moves: [0, 0],
    failed: 0,
    run: overriddenTooEarly,
  },
];
