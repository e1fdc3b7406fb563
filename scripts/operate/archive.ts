import { z } from "zod";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** Where the archiver of a database node says what it does; as in `host/archiver/status.ts`. */
const statusFile = "/run/webstack-archiver/status.json";
/** Unit that takes a base; it copies on the node that archives alone. */
const baseUnit = "webstack-base.service";

const shape = z.looseObject({
  active: z.boolean(),
  doing: z.string(),
  problem: z.string(),
  newestUs: z.number(),
  base: z.string(),
  proof: z.string(),
  atUs: z.number(),
});

/** What the archiver of a node says of itself. */
export type ArchiveState = z.infer<typeof shape>;

/** Limits beyond which a backup is not what it should be. */
const limit = { lagSeconds: 60, baseHours: 26, proofHours: 26 };

/** What the archivers say, by node; undefined where there is none. */
export async function archiveStates(
  outputs: StackOutputs,
): Promise<Map<string, ArchiveState | undefined>> {
  const nodes = outputs.nodes.filter(({ role }) => role === "db");
  const states = await Promise.all(
    nodes.map(async ({ name }) => {
      const text = await runOnNode(outputs, name, `cat ${statusFile}`).catch(() => "");
      return [name, text === "" ? undefined : shape.parse(JSON.parse(text))] as const;
    }),
  );
  return new Map(states);
}

function hoursSince(id: string, nowUs: number): number {
  const text = id.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  return (nowUs / 1_000 - Date.parse(text)) / 3_600_000;
}

function age(what: string, id: string, nowUs: number, mostHours: number): string {
  if (id === "") return `NO ${what}`;
  const hours = hoursSince(id, nowUs);
  return `last ${what} ${hours.toFixed(1)} h ago${hours > mostHours ? " (TOO OLD)" : ""}`;
}

/** Lines about the backups of a stack; none if there are none. */
export function archiveLines(states: ReadonlyMap<string, ArchiveState | undefined>): string[] {
  const known = [...states].filter(([, state]) => state !== undefined);
  if (known.length === 0) return [];
  const active = known.filter(([, state]) => state!.active);
  const lines = active.map(([name, state]) => {
    const { atUs, newestUs, base, proof, doing, problem } = state!;
    const lag = (atUs - newestUs) / 1e6;
    return [
      `backups  ${name} ${doing}`,
      ...(problem ? [`PROBLEM: ${problem}`] : []),
      newestUs === 0
        ? "nothing archived yet"
        : `${lag.toFixed(0)} s behind${lag > limit.lagSeconds ? " (TOO OLD)" : ""}`,
      age("base", base, atUs, limit.baseHours),
      age("proved restore", proof, atUs, limit.proofHours),
    ].join(", ");
  });
  const waiting = known.map(([name, state]) => `${name} ${state!.doing}`).join("; ");
  return active.length > 0 ? lines : [`backups  NO NODE ARCHIVES: ${waiting}`];
}

/** Takes a base on the node that archives, and waits for it. @throws Error if none does, or it fails. */
export async function takeBase(outputs: StackOutputs, timeoutMs: number): Promise<string> {
  const states = await archiveStates(outputs);
  const node = [...states].find(([, state]) => state?.active)?.[0];
  if (!node) throw new Error("no node archives; see: npm run db:status");
  const command = `sudo systemctl start ${baseUnit} || { sudo journalctl --no-pager -n 15 -u webstack-base-copy -u webstack-base >&2; exit 1; }`;
  await runOnNode(outputs, node, command, timeoutMs);
  const met = await runOnNode(outputs, node, `systemctl show -P ConditionResult ${baseUnit}`);
  if (met.trim() !== "yes") throw new Error(`${node} stopped archiving; run it again`);
  return node;
}
