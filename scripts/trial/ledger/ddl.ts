import { definition } from "./definitions";
import type { Operation } from "./operations";
import { triggerSql } from "./schema";
import type { Session } from "./session";

/** A statement of the story, with what it does and whose definitions it changes. */
interface Step {
  sql: string;
  operations?: Operation[];
  /** Objects to look at afterwards. */
  changes?: string[];
  gone?: string[];
}

const side = (round: number) => `app_two.side${round}`;
const kept = (round: number) => `app_two.kept${round}`;
const copied = (round: number) => `app_two.copy${round}`;
const user = (round: number) => `'u${round}'@'%'`;
const role = (round: number) => `'r${round}'@'%'`;
const events = "app.events";

function rowsOf(table: string, from: number): Step {
  const rows = [0, 1, 2].map((i) => ({ id: String(from + i), text: `row ${from + i} 😀` }));
  const values = rows.map(({ id, text }) => `(${id}, '${text}')`).join(", ");
  const operations = rows.map((row): Operation => ({ do: "put", table, row }));
  return { sql: `INSERT INTO ${table} (id, text) VALUES ${values}`, operations };
}

function tables(r: number): Step[] {
  const columns = [
    ...[{ name: "id" }, { name: "text" }, { name: "n", value: "7" }],
    { name: "m", formula: "n * 2" },
  ];
  return [
    {
      sql: `CREATE TABLE ${side(r)} (id INT NOT NULL PRIMARY KEY, text VARCHAR(50), n INT NOT NULL DEFAULT 7, m INT AS (n * 2) VIRTUAL)`,
      operations: [{ do: "create", table: side(r), key: "id", columns }],
      changes: [`table ${side(r)}`],
    },
    rowsOf(side(r), 1),
    {
      sql: `ALTER TABLE ${side(r)} MODIFY text TEXT, ADD COLUMN loud TEXT AS (CONCAT(text, '!')) STORED`,
      operations: [
        { do: "add column", table: side(r), column: { name: "loud", formula: "text!" } },
      ],
      changes: [`table ${side(r)}`],
    },
    {
      sql: `CREATE TABLE ${copied(r)} (PRIMARY KEY (id)) SELECT id, text FROM ${side(r)}`,
      operations: [{ do: "copy", table: side(r), to: copied(r), names: ["id", "text"] }],
      changes: [`table ${copied(r)}`],
    },
    {
      sql: `RENAME TABLE ${side(r)} TO ${kept(r)}`,
      operations: [{ do: "rename", table: side(r), to: kept(r) }],
      changes: [`table ${kept(r)}`],
      gone: [`table ${side(r)}`],
    },
    { sql: `TRUNCATE TABLE ${copied(r)}`, operations: [{ do: "empty", table: copied(r) }] },
    rowsOf(copied(r), 11),
  ];
}

function columns(r: number): Step[] {
  return [
    {
      sql: `ALTER TABLE ${events} ADD COLUMN x${r} INT NOT NULL DEFAULT ${r}`,
      operations: [
        { do: "add column", table: events, column: { name: `x${r}`, value: String(r) } },
      ],
      changes: [`table ${events}`],
    },
    { sql: `CREATE INDEX i${r} ON ${events} (total, kind)`, changes: [`table ${events}`] },
  ];
}

function programs(r: number): Step[] {
  const trigger = "trigger app.orders_audit";
  return [
    {
      sql: `CREATE OR REPLACE VIEW app.seen AS SELECT id, note FROM ${events} WHERE total > ${r}`,
      changes: ["view app.seen"],
    },
    { sql: `CREATE PROCEDURE app.p${r}() SELECT '😀 ${r}'`, changes: [`procedure app.p${r}`] },
    {
      sql: "DROP TRIGGER app.orders_audit",
      operations: [{ do: "trigger", version: null }],
      gone: [trigger],
    },
    {
      sql: triggerSql(`v${r}`),
      operations: [{ do: "trigger", version: `v${r}` }],
      changes: [trigger],
    },
    {
      sql: `CREATE EVENT app.e${r} ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DISABLE DO DELETE FROM app.words`,
      changes: [`event app.e${r}`],
    },
  ];
}

function users(r: number): Step[] {
  const changes = [`user ${user(r)}`];
  return [
    { sql: `CREATE USER ${user(r)} IDENTIFIED BY 'trial-${r}'`, changes },
    { sql: `GRANT SELECT ON app.* TO ${user(r)}`, changes },
    { sql: `GRANT INSERT (note), UPDATE ON ${events} TO ${user(r)}`, changes },
    { sql: `CREATE ROLE ${role(r)}`, changes: [`user ${role(r)}`] },
    { sql: `GRANT ${role(r)} TO ${user(r)}`, changes },
    { sql: `REVOKE SELECT ON app.* FROM ${user(r)}`, changes },
    { sql: `ALTER USER ${user(r)} IDENTIFIED BY 'other-${r}'`, changes },
  ];
}

/** What an earlier round made leaves. */
function leaves(r: number): Step[] {
  const drop = (kind: string, name: string): Step => ({
    ...{ sql: `DROP ${kind} ${name}`, gone: [`${kind.toLowerCase()} ${name}`] },
  });
  const dropTable = (table: string): Step => ({
    ...{ ...drop("TABLE", table), operations: [{ do: "drop", table }] },
  });
  return [
    {
      sql: `ALTER TABLE ${events} DROP COLUMN x${r}`,
      operations: [{ do: "drop column", table: events, name: `x${r}` }],
      changes: [`table ${events}`],
    },
    { sql: `DROP INDEX i${r} ON ${events}`, changes: [`table ${events}`] },
    ...[dropTable(kept(r)), dropTable(copied(r)), drop("PROCEDURE", `app.p${r}`)],
    ...[drop("EVENT", `app.e${r}`), drop("USER", user(r))],
    { sql: `DROP ROLE ${role(r)}`, gone: [`user ${role(r)}`] },
  ];
}

/** Statements of a round; each is a transaction of its own. */
export function stepsOf(round: number): Step[] {
  return [
    ...[...columns(round), ...tables(round), ...programs(round), ...users(round)],
    ...(round > 1 ? leaves(round - 1) : []),
  ];
}

/** Runs a statement, and keeps with it what MySQL then shows of the changed objects; nothing else may change these. */
export function runStep(session: Session, step: Step): Promise<void> {
  const { sql, operations = [], changes = [], gone = [] } = step;
  return session.statement(sql, [], async () => {
    const defined: Operation[] = gone.map((name) => ({ do: "define", name, text: null }));
    for (const name of changes) {
      defined.push({ do: "define", name, text: await definition(session, name) });
    }
    return [...operations, ...defined];
  });
}
