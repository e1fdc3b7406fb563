import type { Mysql } from "../../supervisor/mysql";

/** Longest answer to a query of accounts, milliseconds. */
const answerMs = 60_000;

/** Accounts but those that each MySQL has of its own. One with default roles comes after the roles that it names. */
const namesSql =
  "SELECT CONCAT(QUOTE(u.User), '@', QUOTE(u.Host)) FROM mysql.user u " +
  "WHERE u.User NOT LIKE 'mysql.%' AND NOT (u.User = 'root' AND u.Host = 'localhost') " +
  "ORDER BY EXISTS (SELECT 1 FROM mysql.default_roles r WHERE r.USER = u.User AND r.HOST = u.Host), 1";

/**
 * Statements that create the accounts of a MySQL, and then grant their privileges. MySQL 8.4 has no
 * `mysqldump --users`, which came with 9.3.
 *
 * @param mysql session on a server with `print_identified_with_as_hex`, since hashes have bytes that no text has.
 */
export async function accountStatements(mysql: Pick<Mysql, "query">): Promise<string[]> {
  const names = (await mysql.query(namesSql, answerMs)).map((row) => row.join("\t"));
  const show = async (what: string) => {
    const rows = await mysql.query(`SHOW ${what}`, answerMs);
    return rows.map((row) => `${row.join("\t")};`);
  };
  const statements: string[] = [];
  for (const what of ["CREATE USER", "GRANTS FOR"]) {
    for (const name of names) statements.push(...(await show(`${what} ${name}`)));
  }
  return statements;
}
