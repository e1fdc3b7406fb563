import { z } from "zod";
import { dumpRequest, runFolder } from "../../host/archiver/status";
import { waitUntil } from "../../rolling/wait-until";
import { timeOf } from "../../host/archiver/chain/manifest";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** Unit that takes a base; only the archiving node takes one. */
const baseUnit = "webstack-base.service";

/** Unit that copies the data for a base. After a failed copy systemd does not start {@link baseUnit}. */
const copyUnit = "webstack-base-copy.service";

/** Command that prints, for both units, the result of the last run and the time of the last change. */
const askFailedBase = `systemctl show --timestamp=unix --property=Result,StateChangeTimestamp ${copyUnit} ${baseUnit}`;

/**
 * Time of the last base of a node if it failed, microseconds since 1970, by the answer to {@link askFailedBase}; 0: it
 * did not. A base whose condition was not met (`exec-condition`), because the node stopped archiving, is no failure.
 */
export function failedBaseUs(answer: string): number {
  const times = answer.split("\n\n").flatMap((unit) => {
    const result = /^Result=(.*)$/m.exec(unit)?.[1] ?? "success";
    const at = /^StateChangeTimestamp=@(\d+)/m.exec(unit)?.[1];
    return at === undefined || /^(success|exec-condition)$/.test(result) ? [] : [Number(at) * 1e6];
  });
  return Math.max(0, ...times);
}

/** What to report of a base that failed, and the error; nothing if the newest base in the archive is a later one. */
export function failedBase(
  { node, base, failedBaseUs: atUs }: { node: string; base: string; failedBaseUs: number },
  nowUs: number,
): (readonly [text: string, error: string])[] {
  if (atUs === 0 || (base !== "" && atUs / 1_000 < timeOf(base))) return [];
  const text = `a base FAILED ${((nowUs - atUs) / 3_600e6).toFixed(1)} h ago`;
  const journal = "journalctl -u webstack-base-copy -u webstack-base";
  return [[text, `${text}: on ${node}, \`${journal}\` has the reason`]];
}

/** File with the archiver's state on a database node; as in `host/archiver/status.ts`. */
const statusFile = `${runFolder}/status.json`;

/** File with the archiver's settings on a database node with backups; as in `host/archiver/settings.ts`. */
const settingsFile = "/etc/webstack/archiver.json";

/**
 * Shell command that prints the state of a node's archiver, with the result of its last base in the lines after it,
 * `stopped`, or nothing on a node without backups. Systemd removes the file with the state of an archiver that does
 * not run.
 */
export function stateCommand(state = statusFile, settings = settingsFile): string {
  return `if cat ${state} 2>/dev/null; then echo; ${askFailedBase} 2>/dev/null || true; else test ! -e ${settings} || echo stopped; fi`;
}

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
  ahead: z.array(z.string()).default([]),
  atUs: z.number(),
});

/** State of a node's archiver. `failedBaseUs`: time of the node's last base, if it failed; 0: it did not. */
export type ArchiveState = z.infer<typeof shape> & { failedBaseUs: number };

/** A database node's report on its archiver. */
export type Archiver =
  | { kind: "state"; state: ArchiveState }
  /** The node has backups, and no archiver runs on it. */
  | { kind: "stopped" }
  /** The node has no backups. */
  | { kind: "none" }
  /** The node does not answer. */
  | { kind: "unknown" };

/** Parses what a node printed of its archiver. */
export function archiverOf(text: string): Archiver {
  if (text.trim() === "") return { kind: "none" };
  if (text.trim() === "stopped") return { kind: "stopped" };
  const [status = "", ...base] = text.split("\n");
  const state = shape.parse(JSON.parse(status));
  return { kind: "state", state: { ...state, failedBaseUs: failedBaseUs(base.join("\n")) } };
}

/** The archivers by database node. */
export async function archivers(outputs: StackOutputs): Promise<Map<string, Archiver>> {
  const nodes = outputs.nodes.filter(({ role }) => role === "db");
  const found = nodes.map(async ({ name }) => {
    const text = await runOnNode(outputs, name, stateCommand()).catch(() => undefined);
    return [name, text === undefined ? { kind: "unknown" as const } : archiverOf(text)] as const;
  });
  return new Map(await Promise.all(found));
}

/** States of the archivers by node; undefined for a node without one. */
export async function archiveStates(
  outputs: StackOutputs,
): Promise<Map<string, ArchiveState | undefined>> {
  const found = [...(await archivers(outputs))];
  return new Map(found.map(([name, one]) => [name, one.kind === "state" ? one.state : undefined]));
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
