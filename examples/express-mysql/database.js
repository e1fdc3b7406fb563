const { readFileSync } = require("node:fs");
const mysql = require("mysql2/promise");

// The databases take TLS alone. Their authority is the stack's own, and their certificates name
// other addresses than that of the proxy on this host, so the authority is what is checked.
const ssl = { ca: readFileSync(process.env.DB_CA_FILE, "utf8"), rejectUnauthorized: true };
const common = { ssl, waitForConnections: true, connectionLimit: 5, connectTimeout: 2000 };

exports.write = mysql.createPool({ uri: process.env.DATABASE_URL, ...common });
exports.read = mysql.createPool({ uri: process.env.DATABASE_URL_RO, ...common });
