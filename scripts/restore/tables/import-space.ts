import { hostsOf } from "../../operate/hosts";
import type { StackOutputs } from "../../operate/outputs";
import { gb } from "../report";
import { importTables, type TableImport } from "./import-tables";
import type { Side } from "./sql";
import { catalogOf, catalogSql, chosenTables } from "./table-selection";

/** Free space that a node needs besides the tables and their binary log, bytes. */
const spareBytes = 1e9;

/** A table of a database. */
interface Table {
  schema: string;
  table: string;
}

/** Size of the chosen tables of a restored copy, bytes. */
export async function bytesOf(copy: Side, isChosen: (table: Table) => boolean): Promise<number> {
  const rows = await copy.query(
    "SET SESSION information_schema_stats_expiry = 0; " +
      "SELECT TABLE_SCHEMA, TABLE_NAME, DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE'",
  );
  return rows.reduce((sum, row) => {
    const [schema = "", table = "", bytes] = row.split("\t");
    return isChosen({ schema, table }) ? sum + Number(bytes) : sum;
  }, 0);
}

/**
 * Checks that tables of a size can be loaded: each database node needs space for them and for as much binary log.
 *
 * @throws Error that names each node without enough space, with needed space, free space and remedy.
 */
export async function checkSpace(outputs: StackOutputs, bytes: number): Promise<void> {
  const needed = 2 * bytes + spareBytes;
  const command = `sudo df --output=avail -B1 "$(sudo mysql -BNe 'SELECT @@datadir')" | tail -n 1`;
  const hosts = hostsOf(outputs);
  const nodes = hosts.nodes.filter(({ role }) => role === "db");
  const faults = await Promise.all(
    nodes.map(async ({ name }) => {
      const answer = await hosts.run(name, command).catch((error: Error) => error);
      if (answer instanceof Error) return [`${name} does not tell its room (${answer.message})`];
      const free = answer.trim() === "" ? Number.NaN : Number(answer);
      return free >= needed ? [] : [`${name} has ${gb(free)} free, ${gb(needed)} are needed`];
    }),
  );
  const all = faults.flat();
  if (all.length > 0) {
    throw new Error(
      `${all.join("; ")}: twice the ${gb(bytes)} of the tables, and ${gb(spareBytes)}; nothing was loaded; ` +
        "make room on each of these nodes (--drop-replaced drops what a replacement kept; drop schemas restored_… that nobody needs; enlarge db.volumeGb), or restore with --into new",
    );
  }
}

/**
 * As {@link importTables}, into a stack whose database nodes all have enough space for the tables.
 *
 * @throws Error that names each node without enough space; nothing was loaded then.
 */
export async function importChecked(
  outputs: StackOutputs,
  tableImport: TableImport,
): Promise<void> {
  const { copy, wanted } = tableImport;
  const chosen = chosenTables(wanted, catalogOf(await copy.query(catalogSql)));
  const bytes = await bytesOf(copy, (one) =>
    chosen.some(({ schema, table }) => one.schema === schema && one.table === table),
  );
  await checkSpace(outputs, bytes);
  await importTables(tableImport);
}
