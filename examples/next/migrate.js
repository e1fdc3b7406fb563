const { readFileSync } = require("node:fs");
const mysql = require("mysql2/promise");

const ssl = { ca: readFileSync(process.env.DB_CA_FILE, "utf8"), rejectUnauthorized: true };
const write = mysql.createPool({ uri: process.env.DATABASE_URL, ssl });

// Group Replication writes only to tables with a primary key.
const table = `CREATE TABLE IF NOT EXISTS notes (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  text VARCHAR(500) NOT NULL
)`;

write
  .query(table)
  .then(() => write.end())
  .catch((error) => {
    console.error(`the table cannot be made: ${error.message}`);
    process.exit(1);
  });
