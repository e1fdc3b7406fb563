import { waitForService } from "../operate/hosts";
import type { StackOutputs } from "../operate/outputs";
import type { Measured } from "./drill";
import { makeEdit, unusedKey } from "./edit-list";
import { edited, expectChanged, hostDigests } from "./edit-watch";
import { powerOn, shutDown } from "./server-shutdown";
import { type StackSettings, nothingLeft, type Up, up, upDone, withEdits } from "./up";

/** Longest wait for the node to serve again, seconds. */
const serviceSeconds = 180;

function addKey(settings: StackSettings): void {
  makeEdit(settings, { key: "admin.sshKeys", value: [unusedKey] });
}

/** An edit of the app and the web nodes. The added key is not in it, so it also removes a key from all nodes. */
function editTiers(settings: StackSettings): void {
  makeEdit(settings, { key: "app.env", value: { LOG_LEVEL: "debug" } });
  makeEdit(settings, { key: "web.maxBodyMib", value: 20 });
}

/** @throws Error with the end of the output, unless the `up` failed because it passed over this node alone. */
export function expectPassedOver(
  node: string,
  { status, output }: Pick<Up, "status" | "output">,
): void {
  const named = `passed over, with their former configuration: ${node}; every other host`;
  if (status !== null && status !== 0 && output.includes(named)) return;
  throw new Error(`up without ${node} ended with ${status}: ${output.slice(-4_000)}`);
}

/** Edits all tiers while an app node is off; the next `up` with that node must finish the edit. */
async function withoutNode(outputs: StackOutputs, mark: (text: string) => void): Promise<string> {
  const off = outputs.nodes.filter(({ role }) => role === "app").at(-1)!.name;
  const others = { ...outputs, nodes: outputs.nodes.filter(({ name }) => name !== off) };
  const { result } = await withEdits(async (edit) => {
    edit(addKey);
    await upDone();
    const before = await hostDigests(others);
    let tookSeconds: number;
    try {
      await shutDown(off);
      mark("off");
      edit(editTiers);
      const ended = await up();
      mark("up");
      ({ tookSeconds } = ended);
      expectPassedOver(off, ended);
      const names = others.nodes.map(({ name }) => name);
      expectChanged(`up without ${off}`, before, await hostDigests(others), names);
    } finally {
      await powerOn(off);
    }
    await waitForService(outputs, serviceSeconds);
    mark("on");
    const finished = await upDone();
    if (finished.configured.join() !== off) {
      throw new Error(`the next up configured ${finished.configured.join(", ") || "no node"}`);
    }
    await nothingLeft();
    return `up without ${off} failed after ${tookSeconds.toFixed(1)} s, the next one took ${finished.tookSeconds.toFixed(1)} s`;
  });
  return result;
}

/** Edits all tiers under load while an app node is off, and finishes the edit once the node is on again. */
export async function passedOver(outputs: StackOutputs): Promise<Measured> {
  let seen = "";
  const measured = await edited(outputs, false, async (mark) => {
    seen = await withoutNode(outputs, mark);
  });
  return { ...measured, notes: [seen, ...(measured.notes ?? [])] };
}
