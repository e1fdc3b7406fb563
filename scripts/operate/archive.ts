import { z } from "zod";
import { timeOf } from "../../host/archiver/chain/manifest";
import { dumpRequest, runFolder } from "../../host/archiver/status";
import { waitUntil } from "../../rolling/wait-until";
import { askFailedBase, baseUnit, failedBase, failedBaseUs } from "./failed-base";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** File with the archiver's state on a database node; as in `host/archiver/status.ts`. */
const statusFile = `${runFolder}/status.json`;
/** A running base may have passed the step that checks for the request. */
const asksForDump = `{ ! systemctl is-active webstack-base-copy.service ${baseUnit} | grep -qx activating || { echo 'a base is under way, and a dump needs one of its own; run it again when that base is there' >&2; exit 1; }; } && sudo touch ${runFolder}/${dumpRequest}`;
/** The archiver looks for new dumps every ten seconds. */
const seenSeconds = 60;

const shape = z.looseObject({
  active: z.boolean(),
  doing: z.string(),
  problem: z.string(),
  timeline: z.string().default(""),
  archived: z.string().default(""),
  newestUs: z.number(),
  base: z.string(),
  proof: z.string(),
  // An archiver of an earlier version does not report these fields.
  failedProof: z.string().default(""),
  dumpOn: z.string().default("off"),
  dump: z.string().default(""),
  failedDump: z.string().default(""),
  atUs: z.number(),
});

/** State of a node's archiver. `failedBaseUs`: time of the node's last base, if it failed; 0: it did not. */
export type ArchiveState = z.infer<typeof shape> & { failedBaseUs: number };

/** Limits of a healthy backup. */
const limit = { lagSeconds: 60, baseHours: 26, proofHours: 26, dumpDays: 9 };

/** States of the archivers by node; undefined for a node without one. */
export async function archiveStates(
  outputs: StackOutputs,
): Promise<Map<string, ArchiveState | undefined>> {
  const nodes = outputs.nodes.filter(({ role }) => role === "db");
  const states = await Promise.all(
    nodes.map(async ({ name }) => {
      const command = `cat ${statusFile} && ${askFailedBase}`;
      const text = await runOnNode(outputs, name, command).catch(() => "");
      return [name, text === "" ? undefined : stateIn(text)] as const;
    }),
  );
  return new Map(states);
}

/** State by the file's line and the units' properties after it. */
function stateIn(text: string): ArchiveState {
  const end = text.indexOf("\n");
  const status = shape.parse(JSON.parse(text.slice(0, end)));
  return { ...status, failedBaseUs: failedBaseUs(text.slice(end)) };
}

function hoursSince(id: string, nowUs: number): number {
  return (nowUs / 1_000 - timeOf(id)) / 3_600_000;
}

/** Report on a stack's backups. */
export interface ArchiveReport {
  /** Lines about the backups; none without backups. */
  lines: string[];
  /** Errors, one line each. */
  errors: string[];
}

/** A part of a line with its error; an empty error means none. */
type ReportPart = readonly [text: string, error: string];

function age(what: string, id: string, nowUs: number, maxHours: number): ReportPart {
  if (id === "") return [`NO ${what}`, `there is no ${what}`];
  const hours = hoursSince(id, nowUs).toFixed(1);
  const isOld = hoursSince(id, nowUs) > maxHours;
  const error = isOld ? `the last ${what} is ${hours} h old, more than ${maxHours} h` : "";
  return [`last ${what} ${hours} h ago${isOld ? " (TOO OLD)" : ""}`, error];
}

function lag({ newestUs }: ArchiveState, nowUs: number): ReportPart {
  if (newestUs === 0) return ["nothing archived yet", "nothing is archived yet"];
  const seconds = Math.max(0, (nowUs - newestUs) / 1e6);
  const isOld = seconds > limit.lagSeconds;
  const text = `${seconds.toFixed(0)} s behind`;
  const error = isOld ? `the archive is ${text}, more than ${limit.lagSeconds} s` : "";
  return [isOld ? `${text} (TOO OLD)` : text, error];
}

/** Age of the newest dump, and a later one that failed. Where dumps are off, nothing of them is an error. */
function dumps({ dumpOn, dump, failedDump, timeline }: ArchiveState, nowUs: number): ReportPart[] {
  const days = hoursSince(dump, nowUs) / 24;
  const isOld = dumpOn !== "off" && days > limit.dumpDays;
  const error = isOld
    ? `the last dump is ${days.toFixed(1)} d old, more than ${limit.dumpDays} d`
    : "";
  const aged = `last dump ${days.toFixed(1)} d ago${isOld ? " (TOO OLD)" : ""}`;
  const none = dumpOn === "off" ? [] : [["no dump yet", ""] as const];
  const parts: ReportPart[] = dump === "" ? none : [[aged, error]];
  if (failedDump <= dump || dumpOn === "off") return parts;
  const text = `a dump FAILED ${hoursSince(failedDump, nowUs).toFixed(1)} h ago`;
  const reason = `${text}: ${timeline}/dump-failures/${failedDump}.json in the bucket says why`;
  return [...parts, [text, reason]];
}

/** A proof that failed after the last successful one. */
function failure({ proof, failedProof }: ArchiveState, nowUs: number): ReportPart[] {
  if (failedProof <= proof) return [];
  const text = `a restore FAILED ${hoursSince(failedProof, nowUs).toFixed(1)} h ago`;
  return [[text, `${text}: proof-failures/${failedProof}.json in the bucket says why`]];
}

/**
 * The report on the backups of a stack.
 *
 * @param isProofExpected false: a stack that never had a proof is no error. An old proof is always an error.
 */
export function archiveReport(
  states: ReadonlyMap<string, ArchiveState | undefined>,
  isProofExpected: boolean,
  nowUs = Date.now() * 1_000,
): ArchiveReport {
  const known = [...states].flatMap(([name, state]) => (state ? [{ name, state }] : []));
  if (known.length === 0) return { lines: [], errors: [] };
  const active = known.filter(({ state }) => state.active);
  const reports = active.map(({ name, state }): ReportPart[] => {
    const { base, proof, doing, problem } = state;
    const proved = age("proved restore", proof, nowUs, limit.proofHours);
    return [
      [`backups  ${name} ${doing}`, ""],
      ...(problem ? [[`PROBLEM: ${problem}`, `${problem}: ${doing}`] as const] : []),
      lag(state, nowUs),
      age("base", base, nowUs, limit.baseHours),
      ...failedBase({ ...state, node: name }, nowUs),
      ...dumps(state, nowUs),
      proof === "" && !isProofExpected ? [proved[0], ""] : proved,
      ...failure(state, nowUs),
    ];
  });
  const errors = reports.flat().flatMap(([, error]) => (error === "" ? [] : [error]));
  if (active.length > 0) {
    return { lines: reports.map((parts) => parts.map(([text]) => text).join(", ")), errors };
  }
  const waiting = known.map(({ name, state }) => `${name} ${state.doing}`).join("; ");
  return { lines: [`backups  NO NODE ARCHIVES: ${waiting}`], errors: ["no node archives"] };
}

/**
 * Takes a base on the archiving node, with a dump if `withDump`, and waits for it.
 *
 * @throws Error if no node archives, or if the base or the dump fails.
 */
export async function takeBase(
  outputs: StackOutputs,
  timeoutMs: number,
  withDump = false,
): Promise<string> {
  const states = await archiveStates(outputs);
  const node = [...states].find(([, state]) => state?.active)?.[0];
  if (!node) throw new Error("no node archives; see: npm run db:status");
  // Dumps are named by the clock of their node.
  const since = (await runOnNode(outputs, node, "date -u +%Y%m%dT%H%M%SZ")).trim();
  const command = `${withDump ? `${asksForDump} && ` : ""}sudo systemctl start ${baseUnit} || { sudo journalctl --no-pager -n 15 -u webstack-base-copy -u webstack-base >&2; exit 1; }`;
  await runOnNode(outputs, node, command, timeoutMs);
  const result = await runOnNode(outputs, node, `systemctl show -P Result ${baseUnit}`);
  // The unit's ExecCondition was not met.
  if (result.trim() !== "success") {
    throw new Error(
      `${node} took no base: it stopped archiving, or a base just ended; run it again`,
    );
  }
  if (withDump) await dumpSeen(outputs, node, since);
  return node;
}

/** Waits until the archiver of a node sees a dump that is not older. @throws Error if the dump failed. */
async function dumpSeen(outputs: StackOutputs, node: string, since: string): Promise<void> {
  const failed = await waitUntil(
    `the dump in the archive of ${node}`,
    async () => {
      const state = (await archiveStates(outputs)).get(node);
      if (state && state.dump >= since) return "";
      return state && state.failedDump >= since ? state.failedDump : undefined;
    },
    { timeoutSeconds: seenSeconds, intervalMs: 2_000 },
  );
  if (failed === "") return;
  const journal = "sudo journalctl --no-pager -n 5 -u webstack-base-copy";
  const journalText = await runOnNode(outputs, node, journal).catch(() => "");
  throw new Error(`the base was taken, and its dump failed:\n${journalText.trim()}`);
}
