import type { Session } from "./session";

/** SHOW statements of objects by the first word of their name. */
const shows: Record<string, readonly string[]> = {
  table: ["SHOW CREATE TABLE"],
  view: ["SHOW CREATE VIEW"],
  procedure: ["SHOW CREATE PROCEDURE"],
  function: ["SHOW CREATE FUNCTION"],
  trigger: ["SHOW CREATE TRIGGER"],
  event: ["SHOW CREATE EVENT"],
  user: ["SHOW CREATE USER", "SHOW GRANTS FOR"],
};

/** Columns that are no part of a definition: a session's settings, and when a trigger was made. */
const left =
  /^(sql_mode|character_set_client|collation_connection|Database Collation|time_zone|Created)$/;

/**
 * Text of an object as MySQL shows it, such as of `table app.events` or `user 'clerk'@'%'`.
 * Left out: the next value of AUTO_INCREMENT, which a restore need not have, and the words that disable an event, which
 * are others on a replica.
 */
export async function definition(session: Session, name: string): Promise<string> {
  const kind = name.slice(0, name.indexOf(" "));
  const object = name.slice(kind.length + 1);
  const texts: string[] = [];
  for (const show of shows[kind]!) {
    await session.each(`${show} ${object}`, (row, fields) => {
      texts.push(row.map((value, i) => (left.test(fields[i]!.name) ? "" : `${value}`)).join(" "));
    });
  }
  return texts
    .join("\n")
    .replace(/ AUTO_INCREMENT=\d+/, "")
    .replace(/ DISABLE ON (SLAVE|REPLICA) /, " DISABLE ");
}

const system = "('mysql', 'sys', 'information_schema', 'performance_schema', 'webstack_archive')";
const of = (kind: string, view: string, schema: string, name: string, more = "") =>
  `SELECT CONCAT('${kind} ', ${schema}, '.', ${name}) FROM information_schema.${view} WHERE ${schema} NOT IN ${system} ${more}`;

/** Names of all tables, programs and users that are not MySQL's own or the archiver's. */
export async function names(session: Session): Promise<string[]> {
  const queries = [
    of("table", "TABLES", "TABLE_SCHEMA", "TABLE_NAME", "AND TABLE_TYPE = 'BASE TABLE'"),
    of("view", "VIEWS", "TABLE_SCHEMA", "TABLE_NAME"),
    of("procedure", "ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "AND ROUTINE_TYPE = 'PROCEDURE'"),
    of("function", "ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "AND ROUTINE_TYPE = 'FUNCTION'"),
    of("trigger", "TRIGGERS", "TRIGGER_SCHEMA", "TRIGGER_NAME"),
    of("event", "EVENTS", "EVENT_SCHEMA", "EVENT_NAME"),
    // A user of the trial that each member makes for itself, with a hash of its own.
    "SELECT CONCAT('user ', QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User <> 'repl'",
  ];
  const found: string[] = [];
  for (const query of queries) {
    for (const [name] of (await session.query(query)).rows) found.push(name!);
  }
  return found;
}

/** Texts of all definitions by their names. */
export async function definitions(session: Session): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of await names(session)) found.set(name, await definition(session, name));
  return found;
}
