import { createHash } from "node:crypto";
import { wasInterrupted } from "../local/stack";
import type { StackOutputs } from "../operate/outputs";
import type { Measured } from "./drill";
import { makeEdit } from "./edit-list";
import { edited } from "./edit-watch";
import { type StackSettings, nothingLeft, upDone, upKilled, withEdits } from "./up";

/** An edit whose `up` is killed. */
export interface KilledEdit {
  title: string;
  change: (settings: StackSettings) => void;
}

/** Edits of several tiers: files, servers, passwords. */
export const killedEdits: readonly KilledEdit[] = [
  {
    title: "files of all tiers",
    change: (settings) => {
      makeEdit(settings, { key: "web.answerTimeoutSeconds", value: 60 });
      makeEdit(settings, { key: "app.env", value: { LOG_LEVEL: "debug" } });
      makeEdit(settings, { key: "db.xcomHelp", value: false });
    },
  },
  {
    title: "web and app servers resized",
    change: (settings) => {
      makeEdit(settings, { key: "web.serverType", value: "cpx32" });
      makeEdit(settings, { key: "app.serverType", value: "cpx32" });
    },
  },
  {
    title: "new passwords",
    change: (settings) => {
      for (const [group, key] of [
        ["db", "passwordVersion"],
        ["app", "sessionSecretVersion"],
      ] as const) {
        const present = Number(settings[`webstack:${group}`]?.[key] ?? 1);
        makeEdit(settings, { key: `${group}.${key}`, value: present + 1 });
      }
    },
  },
];

const seed = "kill -9";

/**
 * Time of the kill of the n-th `up`, as a fraction of that edit's usual time, from 0 up to 1: spread evenly, and the
 * same in each process.
 */
export function killMoment(n: number): number {
  return createHash("sha256").update(`${seed} ${n}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** Usual time of `up` for each edit, seconds; measured once in a process. */
const usual = new Map<string, number>();

/** The usual time of an edit. The first call makes the edit and reverts it, without a kill. */
async function usualSeconds({ title, change }: KilledEdit): Promise<number> {
  const known = usual.get(title);
  if (known !== undefined) return known;
  const { result } = await withEdits((edit) => {
    edit(change);
    return upDone();
  });
  usual.set(title, result.tookSeconds);
  return result.tookSeconds;
}

/**
 * Kills `up` within an edit; the next `up` must complete the edit without help, and leave no lock. Returns the
 * observations.
 */
async function killed(one: KilledEdit, n: number, mark: (text: string) => void): Promise<string> {
  const usually = await usualSeconds(one);
  const afterSeconds = killMoment(n) * usually;
  const { result } = await withEdits(async (edit) => {
    edit(one.change);
    mark("up");
    const wasKilled = await upKilled(afterSeconds);
    mark(wasKilled ? "killed" : "ended");
    const { tookSeconds } = await upDone();
    if (wasInterrupted()) throw new Error("the next up left a lock, or operations under way");
    await nothingLeft();
    mark("put back");
    const what = wasKilled ? "killed" : "had ended before its kill";
    return `${one.title}: ${what} after ${afterSeconds.toFixed(1)} of ${usually.toFixed(1)} s, the next up took ${tookSeconds.toFixed(1)} s`;
  });
  await nothingLeft();
  return result;
}

let runs = 0;

/** Kills `up` at the next of the fixed moments, in the next of the edits, under load. */
export async function killedUp(outputs: StackOutputs): Promise<Measured> {
  const n = runs++;
  let seen = "";
  const measured = await edited(outputs, false, async (mark) => {
    seen = await killed(killedEdits[n % killedEdits.length]!, n, mark);
  });
  return { ...measured, notes: [seen, ...(measured.notes ?? [])] };
}
