const { cpSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const { env } = process;
/** Where the build puts Ghost. */
const ghost = (exports.ghost = join(__dirname, "ghost"));
/** What editors add lies beside the releases, on each node for itself. */
const content = join(env.STATE_DIRECTORY, "content");

cpSync(join(ghost, "content"), content, { recursive: true, force: false });

// Ghost reads its settings from variables: https://docs.ghost.org/config
Object.assign(env, {
  url: env.SITE_URL,
  server__host: "127.0.0.1",
  server__port: env.PORT ?? "2368",
  database__client: "mysql",
  database__connection__host: env.DB_HOST,
  database__connection__port: env.DB_PORT,
  database__connection__user: env.DB_USER,
  database__connection__password: env.DB_PASSWORD,
  database__connection__database: env.DB_NAME,
  database__connection__ssl__ca: readFileSync(env.DB_CA_FILE, "utf8"),
  paths__contentPath: content,
  logging__transports: '["stdout"]',
});
