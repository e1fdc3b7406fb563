import type { Column, Operation } from "./operations";

const plain = (...names: string[]): Column[] => names.map((name) => ({ name }));

/** Version of the trigger at first. */
export const firstVersion = "v0";

/** Trigger with a version, which its rows have in their text. */
export const triggerSql = (version: string) =>
  `CREATE TRIGGER app.orders_audit AFTER INSERT ON app.orders FOR EACH ROW INSERT INTO app.audit VALUES (NEW.id, CONCAT('${version} ', NEW.note))`;

/** Number of the rows on which all writers meet. */
export const counterCount = 10;

/** Tables, programs, a user and grants before the load. */
export const ledgerSchemaSql = `
CREATE DATABASE app CHARACTER SET utf8mb4;
CREATE DATABASE app_two CHARACTER SET utf8mb4;
CREATE TABLE app.events (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, note VARCHAR(200), doc JSON,
  price DECIMAL(12,2), total INT NOT NULL, raw VARBINARY(64), at DATETIME(6), ratio DOUBLE, kind ENUM('a','b','c'),
  twice INT AS (total * 2) STORED, label VARCHAR(260) AS (CONCAT(note, '#', total)) VIRTUAL,
  n VARCHAR(20) AS (doc->>'$.n') VIRTUAL, KEY by_label (label), KEY by_n (n));
CREATE TABLE app.words (word VARCHAR(60) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, uses INT NOT NULL, tag VARCHAR(40));
CREATE TABLE app.counters (id INT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, tag VARCHAR(40));
CREATE TABLE app.orders (id BIGINT NOT NULL PRIMARY KEY, note VARCHAR(100));
CREATE TABLE app.audit (id BIGINT NOT NULL PRIMARY KEY, text VARCHAR(200));
CREATE TABLE app.folders (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(50));
CREATE TABLE app.files (id BIGINT NOT NULL PRIMARY KEY, folder BIGINT NOT NULL, name VARCHAR(50),
  CONSTRAINT files_folder FOREIGN KEY (folder) REFERENCES folders (id) ON DELETE CASCADE);
CREATE TABLE app.stamps (id CHAR(36) NOT NULL DEFAULT (UUID()) PRIMARY KEY, tag VARCHAR(40) NOT NULL UNIQUE,
  made TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), luck DOUBLE DEFAULT (RAND()));
CREATE TABLE app.bulk (id INT NOT NULL PRIMARY KEY, filler VARCHAR(100), n INT NOT NULL);
CREATE TABLE app.secrets (id INT NOT NULL PRIMARY KEY, text VARCHAR(64));
CREATE PROCEDURE app.bump(IN c INT, IN t VARCHAR(40)) UPDATE app.counters SET n = n + 10, tag = t WHERE id = c;
CREATE VIEW app.steady AS SELECT id, uses FROM app.words JOIN app.counters ON uses = id;
${triggerSql(firstVersion)};
CREATE USER clerk@'%' IDENTIFIED BY 'trial-clerk';
GRANT SELECT ON app.* TO clerk@'%';
INSERT INTO app.counters SELECT n, 0, NULL FROM JSON_TABLE('[1,2,3,4,5,6,7,8,9,10]', '$[*]' COLUMNS (n INT PATH '$')) j;
`;

const create = (table: string, columns: Column[], key = "id"): Operation => ({
  ...{ do: "create", table, key, columns },
});

/** The same for the ledger. */
export const firstOperations: readonly Operation[] = [
  create("app.events", [
    ...plain("id", "note", "doc", "price", "total", "raw", "at", "ratio", "kind"),
    { name: "twice", formula: "total * 2" },
    { name: "label", formula: "note#total" },
    { name: "n", formula: "doc.n" },
  ]),
  create("app.words", plain("word", "uses", "tag"), "word"),
  create("app.counters", plain("id", "n", "tag")),
  create("app.orders", plain("id", "note")),
  create("app.audit", plain("id", "text")),
  create("app.folders", plain("id", "name")),
  create("app.files", plain("id", "folder", "name")),
  create("app.stamps", plain("id", "tag", "made", "luck")),
  create("app.bulk", plain("id", "filler", "n")),
  create("app.secrets", plain("id", "text")),
  { do: "trigger", version: firstVersion },
  ...Array.from({ length: counterCount }, (_, i): Operation => {
    return { do: "put", table: "app.counters", row: { id: String(i + 1), n: "0" } };
  }),
];
