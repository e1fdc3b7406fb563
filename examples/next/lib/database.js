import { readFileSync } from "node:fs";
import mysql from "mysql2/promise";

/** Pools for writes and for reads, made at the first use: a build has no database. */
let pools;

export function database() {
  if (!pools) {
    const { DATABASE_URL, DATABASE_URL_RO, DB_CA_FILE } = process.env;
    const ssl = { ca: readFileSync(DB_CA_FILE, "utf8"), rejectUnauthorized: true };
    const common = { ssl, connectionLimit: 5, connectTimeout: 2000 };
    pools = {
      write: mysql.createPool({ uri: DATABASE_URL, ...common }),
      read: mysql.createPool({ uri: DATABASE_URL_RO, ...common }),
    };
  }
  return pools;
}
