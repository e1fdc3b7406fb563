import { tableSums } from "../../host/archiver/base/table-sums";
import type { Base } from "../../host/archiver/chain/manifest";
import type { Archive } from "./read-chain";
import { type Plan, plan } from "./plan";
import type { RestoredServer } from "./restored-server";

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
  const told = wrong.map((name) => {
    if (here[name] === undefined) return `${name} is missing`;
    return sums[name] === undefined ? `${name} is not in the base` : `${name} has other rows`;
  });
  throw new Error(`the restored data differs from the base ${id}: ${told.join(", ")}`);
}

/** A restore from an earlier base to exactly the transactions of a later one. */
export interface BaseToBase {
  plan: Plan;
  later: Base;
}

/**
 * The restore whose result the newest base with checksums tells, from the base before it.
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
