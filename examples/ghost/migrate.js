const { execFileSync } = require("node:child_process");
const { join } = require("node:path");
const { ghost } = require("./settings.js");

// Makes the schema of an empty database, and brings an older one to what this release needs.
const migrator = join(ghost, "node_modules", "knex-migrator", "bin", "knex-migrator-migrate");
const words = ["--init", "--force", "--mgpath", ghost];
execFileSync(process.execPath, [migrator, ...words], { cwd: ghost, stdio: "inherit" });
