import { z } from "zod";
import { savedFolder } from "../../provider/only-copy";
import { servingPrimaryOf, whyNotServing } from "../../rolling/node-states";
import { type DatabaseState, query } from "./databases";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";
import type { Archiver } from "./archive";

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

/**
 * A change of the number of database nodes that has not ended, with what to do; undefined: every node is configured with
 * the nodes over which majorities are counted.
 */
export function unfinishedResize(
  states: ReadonlyMap<string, DatabaseState | undefined>,
): string | undefined {
  const known = [...states.values()].flatMap((state) => (state?.electorate ? [state] : []));
  const counting = states.get(servingPrimaryOf(states) ?? "") ?? known[0];
  const electorate = counting?.electorate;
  if (!electorate) return undefined;
  const { members, next } = electorate;
  const counted = next ? `${members.join(", ")}, and over ${next.join(", ")}` : members.join(", ");
  const others = [...states].filter(
    ([, state]) => state?.list && state.list.join() !== (next ?? members).join(),
  );
  if (!next && others.length === 0) return undefined;
  const names = others.map(([name, state]) => `${name} (${state!.list!.length} nodes)`).join(", ");
  const differing = names && `; configured otherwise: ${names}`;
  return `the number of database nodes changes: majorities are counted over ${counted}${differing}. New nodes count once all of them are ONLINE; else run pulumi up again, or set db.nodes as it was`;
}

/**
 * Tables of another engine than InnoDB outside of MySQL's own schemas. MySQL's clone copies them without rows.
 *
 * https://dev.mysql.com/doc/refman/8.4/en/clone-plugin-limitations.html
 */
const foreignSql = `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), IFNULL(ENGINE, 'no engine')
FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND IFNULL(ENGINE, '-') <> 'InnoDB'
AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 1`;

/** Number of tables that a line names. */
const mostNamed = 10;

/**
 * The error about tables of which the backups have no rows; undefined: there are none.
 *
 * @param rows name and engine of each table, separated by a tab.
 */
export function foreignTables(rows: readonly string[]): string | undefined {
  if (rows.length === 0) return undefined;
  const tables = rows.map((row) => row.split("\t") as [string, string]);
  const named = tables.slice(0, mostNamed).map(([table, engine]) => `${table} (${engine})`);
  const more = rows.length > mostNamed ? ` and ${rows.length - mostNamed} more` : "";
  return (
    `tables of another engine than InnoDB: ${named.join(", ")}${more}. Bases and dumps have none of their rows, and a restore may fail at a change of one. ` +
    `Change them, and then take a base (npm run db:backup): ALTER TABLE ${tables[0]![0]} ENGINE = InnoDB`
  );
}

/**
 * Looks for tables of which the backups have no rows, on the node that archives or else on any node with backups.
 *
 * @returns errors, one line each.
 */
export async function foreignTableErrors(
  outputs: StackOutputs,
  found: ReadonlyMap<string, Archiver>,
): Promise<string[]> {
  const all = [...found];
  const active = all.find(([, one]) => one.kind === "state" && one.state.active);
  const node = (active ?? all.find(([, { kind }]) => kind === "state" || kind === "stopped"))?.[0];
  if (node === undefined) return [];
  try {
    const error = foreignTables(await query(outputs, node, foreignSql));
    return error === undefined ? [] : [error];
  } catch (error) {
    return [`the engines of the tables were not checked on ${node}: ${(error as Error).message}`];
  }
}
