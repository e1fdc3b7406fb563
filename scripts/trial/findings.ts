import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

/** What was seen, in order. */
const results: { what: string; well: boolean; seen: string }[] = [];

/** Notes what was seen, and prints it. */
export function recordFinding(what: string, well: boolean, seen = ""): void {
  results.push({ what, well, seen });
  console.log(`${well ? "yes" : "NO "}  ${what}${seen ? `: ${seen}` : ""}`);
}

/** Prints how many of the notes are well, and ends the process: with 0 if all are. */
export function endTrial(): never {
  const failed = results.filter(({ well }) => !well).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

/**
 * Prints a failure with the ends of the log files, and ends the process with 1.
 *
 * @param logs patterns of the files. @default those of the host programs
 */
export function failTrial(error: Error, logs = "/trial/run/*.log"): never {
  console.error(error.stack);
  console.error(execFileSync("sh", ["-c", `tail -n 40 ${logs}; true`], { encoding: "utf8" }));
  process.exit(1);
}

/** Rows of a query. */
export type Ask = (sql: string) => string[] | Promise<string[]>;

/** A hash for each table, procedure, user and grant: all rows, in the order of the primary key. */
export async function contentOf(ask: Ask): Promise<Record<string, string>> {
  const tables = await ask(
    "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA LIKE 'app%' ORDER BY 1",
  );
  const found: Record<string, string> = {};
  for (const table of tables) {
    const [schema, name] = table.split(".");
    const rows = await ask(`SELECT * FROM \`${schema}\`.\`${name}\` ORDER BY 1`);
    const [create] = await ask(`SHOW CREATE TABLE \`${schema}\`.\`${name}\``);
    found[table] = `${rows.length} rows ${hash([create ?? "", ...rows])}`;
  }
  const routines = await ask(
    "SELECT ROUTINE_NAME, ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA LIKE 'app%' ORDER BY 1",
  );
  const grants = await ask(
    "SELECT User, Host, Db, Select_priv FROM mysql.db WHERE Db LIKE 'app%' ORDER BY 1, 2, 3",
  );
  return { ...found, routines: hash(routines), grants: hash(grants) };
}

function hash(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}

/** What differs between two contents, a line each; the same: none. */
export function differences(a: Record<string, string>, b: Record<string, string>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name}: ${a[name] ?? "not there"} / ${b[name] ?? "not there"}`);
}
