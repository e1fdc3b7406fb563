const { write } = require("./database");

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
