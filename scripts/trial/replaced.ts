import type { Primary } from "../restore/replace/exchange";

const otherSql = `
CREATE DATABASE app CHARACTER SET utf8mb4;
CREATE TABLE app.other (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, at DATETIME(6));`;

/** The data to restore. */
export const formerSql = (rows: number) => `${otherSql}
SET SESSION cte_max_recursion_depth = 10000000;
CREATE DATABASE app_shop CHARACTER SET latin1;
CREATE TABLE app.author (id INT NOT NULL PRIMARY KEY, name VARCHAR(50), CONSTRAINT positive CHECK (id > 0));
CREATE TABLE app.entry (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, note VARCHAR(200), doc JSON, raw BLOB,
  author INT NOT NULL, KEY by_author (author),
  CONSTRAINT entry_author FOREIGN KEY (author) REFERENCES author (id));
CREATE TABLE app.part (id INT NOT NULL, day DATE NOT NULL, PRIMARY KEY (id, day))
  PARTITION BY RANGE (TO_DAYS(day)) (PARTITION p1 VALUES LESS THAN (740000), PARTITION p2 VALUES LESS THAN MAXVALUE);
CREATE TABLE app.log (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, said TEXT, FULLTEXT KEY words (said));
CREATE TABLE app.keyless (v INT);
CREATE TABLE app_shop.sale (id INT NOT NULL PRIMARY KEY, author INT,
  CONSTRAINT sale_author FOREIGN KEY (author) REFERENCES app.author (id));
INSERT INTO app.author VALUES (1, 'Größe 𝄞'), (2, NULL);
INSERT INTO app.part VALUES (1, '2020-01-01'), (2, '2030-01-01');
INSERT INTO app_shop.sale VALUES (1, 1);
INSERT INTO app.entry (note, doc, raw, author)
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
  SELECT CONCAT('a''b\\\\c\\n𝄞 ', i), JSON_OBJECT('n', RAND()), UNHEX(SHA2(i, 256)), 1 + i % 2 FROM n;
USE app;
DELIMITER //
CREATE TRIGGER entry_added AFTER INSERT ON entry FOR EACH ROW BEGIN INSERT INTO log (said) VALUES ('one

𝄞;'); END//
CREATE FUNCTION four() RETURNS INT DETERMINISTIC RETURN 4//
CREATE PROCEDURE total() BEGIN SELECT COUNT(*) FROM entry; END//
CREATE EVENT daily ON SCHEDULE EVERY 1 DAY DO DELETE FROM log//
DELIMITER ;
CREATE VIEW zeta AS SELECT id, four() AS f FROM entry;
CREATE VIEW alpha AS SELECT COUNT(*) AS n FROM zeta;
CREATE VIEW app.across AS SELECT * FROM app_shop.sale;
CREATE VIEW app_shop.back AS SELECT * FROM app.across;`;

/** The data of the group: a migration has broken it. */
export const presentSql = `${otherSql}
CREATE DATABASE app_later;
CREATE TABLE app.author (id INT NOT NULL PRIMARY KEY, renamed VARCHAR(50));
CREATE TABLE app.extra (id INT NOT NULL PRIMARY KEY, author INT,
  CONSTRAINT entry_author FOREIGN KEY (author) REFERENCES author (id), CONSTRAINT positive CHECK (id > 0));
CREATE TABLE app_later.new (id INT NOT NULL PRIMARY KEY);
INSERT INTO app.author VALUES (7, 'x'); INSERT INTO app.extra VALUES (1, 7); INSERT INTO app_later.new VALUES (1);
CREATE TRIGGER app.extra_added BEFORE INSERT ON app.extra FOR EACH ROW SET NEW.author = 7;
CREATE VIEW app.alpha AS SELECT renamed FROM app.author;
CREATE PROCEDURE app.total() SELECT 0;`;

/** An invalid view: it is not put back. */
export const brokenSql = `CREATE TABLE app.gone (id INT NOT NULL PRIMARY KEY);
CREATE VIEW app.broken AS SELECT id FROM app.gone; DROP TABLE app.gone;`;

/** The primary, whose connection breaks for good at a `RENAME TABLE`, before or after it is done. */
export function breakingAt(primary: Primary, point: "before" | "after"): Primary {
  let broken = false;
  const check = () => {
    if (broken) throw new Error("the connection is lost");
  };
  return {
    query: async (sql) => (check(), primary.query(sql)),
    mysqldump: (words) => (check(), primary.mysqldump(words)),
    load: async (schema, statements) => {
      check();
      const parts: Uint8Array[] = [];
      for await (const part of statements) parts.push(part);
      const isRename = Buffer.concat(parts).includes("RENAME TABLE");
      broken = isRename && point === "before";
      check();
      await primary.load(
        schema,
        (async function* () {
          yield* parts;
        })(),
      );
      broken = isRename;
      check();
    },
  };
}
