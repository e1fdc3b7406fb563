import { setTimeout as delay } from "node:timers/promises";
import type { Instance } from "./instance";

/** A secret that must be in no object and no process list. */
export const marker = "MARKER-3f9d1c7a5b2e8d4f6a0c1e9b7d";

/** Tables, a program, a user and a grant of the trial. */
export const schemaSql = `
CREATE DATABASE app CHARACTER SET utf8mb4;
CREATE TABLE app.ledger (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, note VARCHAR(200), doc JSON,
  total INT, twice INT GENERATED ALWAYS AS (total * 2) STORED, at DATETIME(6));
CREATE TABLE app.big (id INT NOT NULL PRIMARY KEY, filler VARCHAR(100));
CREATE USER IF NOT EXISTS clerk@'%' IDENTIFIED BY 'trial-clerk';
GRANT SELECT ON app.* TO clerk@'%';
INSERT INTO app.ledger (note, total, at) VALUES ('${marker}', 0, NOW(6));
`;

const row = `INSERT INTO app.ledger (note, doc, total, at) VALUES
  (CONCAT('Größe 𝄞 ', RAND()), JSON_OBJECT('n', RAND(), 'list', JSON_ARRAY(1, 2, '€')), FLOOR(RAND() * 1000), NOW(6));`;

/** Statements of one round, each a transaction of its own or more; the round decides on the DDL. */
export function roundSql(round: number): string {
  const ddl = [
    `CREATE TABLE app.t${round} (id INT NOT NULL PRIMARY KEY, v VARCHAR(20)); INSERT INTO app.t${round} VALUES (1, 'x');`,
    `ALTER TABLE app.ledger ADD COLUMN c${round} INT NOT NULL DEFAULT ${round};`,
    `CREATE PROCEDURE app.p${round}() SELECT ${round};`,
    `CREATE USER u${round}@'%' IDENTIFIED BY 'x'; GRANT SELECT ON app.ledger TO u${round}@'%'; GRANT SELECT ON app.* TO u${round}@'%';`,
    `DELETE FROM app.ledger WHERE id % 7 = 3; UPDATE app.ledger SET total = total + 1 WHERE id % 5 = 0;`,
    `BEGIN; ${row} ${row} SAVEPOINT s; ${row} ROLLBACK TO s; ${row} COMMIT;`,
  ];
  return `${row.repeat(20)} ${ddl[round % ddl.length]}`;
}

/** A transaction of 300 000 rows. */
export const bigSql = `
SET SESSION cte_max_recursion_depth = 400000;
REPLACE INTO app.big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
  SELECT i, CONCAT('filler ', RAND(), ' ', RAND()) FROM n;`;

/** Writes rounds until told to stop; a failure is the server's, and the round is written again elsewhere. */
export class Load {
  rounds = 0;
  private lastLine = "";
  private running = true;
  private idle = Promise.resolve();

  /** @param primaryNow finds the primary after a failure. @default it stays the same */
  constructor(
    public primary: Instance,
    private readonly primaryNow: () => Instance = () => this.primary,
  ) {}

  /** Runs in the background. */
  start(): void {
    this.running = true;
    this.idle = (async () => {
      while (this.running) {
        try {
          await this.primary.run(roundSql(this.rounds));
        } catch (error) {
          this.failed(error as Error);
        }
        this.rounds += 1;
        await delay(150);
      }
    })();
  }

  private failed({ message }: Error): void {
    const line = `load: ${message.split("\n").at(-1)}`;
    if (line !== this.lastLine) console.log(line);
    this.lastLine = line;
    try {
      this.primary = this.primaryNow();
    } catch {
      // The next round finds the primary.
    }
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.idle;
  }
}
