import { waitUntil } from "../../rolling/wait-until";
import { waitForGroup } from "../../scripts/drill/database-state";
import { npmEnded } from "../../scripts/local/processes";
import { readOutputs } from "../../scripts/operate/outputs";
import { query } from "../../scripts/operate/databases";

/** Longest restore of a stack that is nearly empty, seconds. */
export const restoreSeconds = 180;
/** Longest time until the archive has what was written, seconds. */
const archivedSeconds = 90;

/** Statement that adds rows with texts of several bytes a character to a table with a column `content`. */
export const rows = (count: number, table = "e2e_ledger.line") =>
  `INSERT INTO ${table} (content) WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count}) SELECT CONCAT('\u00e9\u{1F600}', n) FROM counted`;

/** Asks the node that is the primary now. */
export async function primaryAsked() {
  const outputs = readOutputs();
  const primary = await waitForGroup(outputs, 60);
  return (sql: string) => query(outputs, primary, sql);
}

/** Text of a moment as `db:restore` takes it. */
export function moment(time: string): string {
  return `${time.replace(" ", "T")}Z`;
}

/** Waits until the archive reaches a moment; `db:restore` refuses it before. */
export async function archived(at: string): Promise<void> {
  const plan = async () => {
    const { status, output } = await npmEnded("db:restore", "--to", at, "--plan");
    if (status !== 0) throw new Error(output.trim());
    return true;
  };
  await waitUntil(`the archive at ${at}`, plan, {
    ...{ timeoutSeconds: archivedSeconds, intervalMs: 2_000 },
  });
}
