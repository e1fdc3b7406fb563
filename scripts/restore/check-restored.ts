import { tableSums } from "../../host/archiver/base/copy-server";
import type { Base } from "../../host/archiver/chain/manifest";
import { type Plan, plan } from "./plan";
import type { Archive } from "./read-chain";
import type { RestoredServer } from "./restored-server";
import { qualified } from "./tables/sql";
import { timeText } from "./target";

/** A checked table. */
export interface Inspected {
  table: string;
  rows: number;
}

/** Checks all tables and counts their rows. @throws Error if MySQL's check reports a damaged table. */
export async function inspect(server: Pick<RestoredServer, "query">): Promise<Inspected[]> {
  const tables = await server.query(
    "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES " +
      "WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 1, 2",
  );
  const found: Inspected[] = [];
  for (const line of tables) {
    const [schema = "", name = ""] = line.split("\t");
    const [table, quoted] = [`${schema}.${name}`, qualified(schema, name)];
    const [rows = "?"] = await server.query(`SELECT COUNT(*) FROM ${quoted}`);
    const check = (await server.query(`CHECK TABLE ${quoted}`)).at(-1)?.split("\t").at(-1);
    if (check !== "OK") throw new Error(`${table}: ${check}`);
    found.push({ table, rows: Number(rows) });
  }
  return found;
}

/** As {@link inspect}; also prints each table with its number of rows. */
export async function inspectAloud(
  server: Pick<RestoredServer, "query">,
  say: (line: string) => void,
): Promise<Inspected[]> {
  const tables = await inspect(server);
  for (const { table, rows } of tables) say(`  ${table}  ${rows} rows, checked`);
  return tables;
}

/**
 * Compares a restored database with the checksums that were taken of a base's copy on its node.
 *
 * @returns number of compared tables; undefined: the base has no checksums.
 * @throws Error naming each table that differs, or that only one side has.
 */
export async function compareWith(
  { id, sums }: Base,
  server: Pick<RestoredServer, "query">,
): Promise<number | undefined> {
  if (!sums) return undefined;
  const query = async (sql: string) => (await server.query(sql)).map((row) => row.split("\t"));
  const here = await tableSums(query);
  const names = [...new Set([...Object.keys(sums), ...Object.keys(here)])].sort();
  const wrong = names.filter((name) => sums[name] !== here[name]);
  if (wrong.length === 0) return names.length;
  const differences = wrong.map((name) => {
    if (here[name] === undefined) return `${name} is missing`;
    return sums[name] === undefined ? `${name} is not in the base` : `${name} has other rows`;
  });
  throw new Error(`the restored data differs from the base ${id}: ${differences.join(", ")}`);
}

/** A restore from an earlier base to exactly the transactions of a later one. */
export interface BaseToBase {
  plan: Plan;
  later: Base;
}

/**
 * The restore, from the base before the newest base with checksums, whose result these checksums verify.
 *
 * @returns undefined: there are no two such bases with an unbroken log between them.
 */
export function baseToBase({ bases, links }: Archive): BaseToBase | undefined {
  const newestFirst = [...bases].sort((a, b) => (a.id < b.id ? 1 : -1));
  const at = newestFirst.findIndex(({ sums }) => sums !== undefined);
  const [later, earlier] = [newestFirst[at], newestFirst[at + 1]];
  if (at < 0 || !later || !earlier) return undefined;
  const made = plan([earlier], links, { kind: "gtid", set: later.gtids });
  return made.faults.length > 0 ? undefined : { plan: made, later };
}

/** Query of a restored database for the primary's last heartbeat, microseconds since 1970. */
export const heartbeatSql =
  "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', at) FROM webstack_archive.heartbeat WHERE id = 1";

/**
 * Line with the time between the primary's last heartbeat and a moment. A primary writes a heartbeat
 * every five seconds while it accepts writes.
 *
 * @param rows result of {@link heartbeatSql}.
 * @throws Error if the heartbeat is missing or later than the moment: the content is that of another moment.
 */
export function heartbeatLine(rows: readonly string[], momentUs: number): string {
  const us = Number(rows[0] ?? Number.NaN);
  if (Number.isNaN(us)) throw new Error("the restored database has no heartbeat of the primary");
  if (us > momentUs) {
    throw new Error(
      `the restored database has a heartbeat of ${timeText(us)}, after the moment ${timeText(momentUs)}`,
    );
  }
  return `heartbeat   ${((momentUs - us) / 1e6).toFixed(1)} s before the moment`;
}
