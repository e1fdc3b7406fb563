import { z } from "zod";
import { savedFolder } from "../../provider/only-copy";
import { servingPrimaryOf, whyNotServing } from "../../rolling/node-states";
import type { DatabaseState } from "./databases";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** The proxies' limit of the age of a replica's data: `/replica?lag=1s`. */
const readLimitMs = 1_000;

/** Report on a database node. */
export interface DatabaseReport {
  /** Role, state, and what the node waits for. */
  line: string;
  /** Fault of the node; undefined: it is an ONLINE member of a group with a majority, and takes writes as a primary. */
  error: string | undefined;
}

/** The report on a node; `state` undefined: its supervisor does not answer. */
export function databaseReport(name: string, state: DatabaseState | undefined): DatabaseReport {
  if (!state) {
    const text = "its supervisor does not answer";
    return { line: `${name}  ${text}`, error: `${name}: ${text}` };
  }
  const { member, majority, dataAgeMs, waiting, lastView } = state;
  const isReplica = member?.role === "SECONDARY";
  const parts = [
    `${member?.role || "no role"} ${member?.state ?? "MySQL does not answer"}`,
    ...(isReplica ? [`data ${dataAgeMs} ms old`] : []),
    ...(isReplica && dataAgeMs > readLimitMs ? ["so no reads"] : []),
    ...(member?.state === "ONLINE" && !majority ? ["without a majority"] : []),
    ...(whyNotServing(state) === undefined ? [] : ["takes no writes"]),
    ...(waiting ? [`waits: ${waiting}`] : []),
    `last primary ${lastView?.primary ?? "unknown"}`,
  ];
  const fault = faultOf(state);
  return {
    line: `${name}  ${parts.join(", ")}`,
    error: fault && `${name}: ${fault}${waiting ? `; it waits: ${waiting}` : ""}`,
  };
}

/**
 * Fault of all database nodes together; undefined: one of them is the primary and takes writes. Every node may be an
 * ONLINE member all the same: a group without a primary is one.
 */
export function writesFault(
  states: ReadonlyMap<string, DatabaseState | undefined>,
): string | undefined {
  if (servingPrimaryOf(states) !== undefined) return undefined;
  return `no write succeeds: no node of ${[...states.keys()].join(", ")} is a primary that takes writes`;
}

function faultOf(state: DatabaseState): string | undefined {
  const { member, majority } = state;
  if (!member) return "MySQL does not answer";
  if (member.state !== "ONLINE") return `the member must be ONLINE, got ${member.state}`;
  if (!majority) return "the member is ONLINE, but without a majority";
  const reason = whyNotServing(state);
  return reason === undefined ? undefined : `the primary takes no writes: ${reason}`;
}

const shape = z.looseObject({
  gtids: z.string(),
  reason: z.string(),
  donor: z.string(),
  savedAt: z.string(),
  bytes: z.number(),
});

/** Lines for each file of saved transactions: name of the JSON file, a space, its text. */
const listing = `sudo sh -c 'cd ${savedFolder} 2>/dev/null && for f in *.json; do test -e "$f" && echo "$f $(tr -d "\\n" < "$f")"; done; true'`;

/** Lines for the operator about saved transactions, from a node's listing. */
export function describeSaved(lines: string): string[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const at = line.indexOf(" ");
      const path = `${savedFolder}/${line.slice(0, at).replace(/\.json$/, ".sql")}`;
      const { gtids, donor, savedAt, bytes } = shape.parse(JSON.parse(line.slice(at + 1)));
      return [
        `saved ${savedAt} before a copy of ${donor}: ${gtids} (${bytes} bytes)`,
        `  read it with: sudo grep -E '^(SET @@SESSION.GTID_NEXT|###)' ${path}`,
      ];
    });
}

/** Lines for the operator about a node's saved transactions; empty for an unreachable node. */
export async function savedOn(outputs: StackOutputs, node: string): Promise<string[]> {
  return describeSaved(await runOnNode(outputs, node, listing).catch(() => ""));
}
