const { execFileSync } = require("node:child_process");
const {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} = require("node:fs");
const { join } = require("node:path");

const version = "6.65.0";
const dist = join(__dirname, "dist");
const ghost = join(dist, "ghost");
const run = (cwd, program, ...words) => execFileSync(program, words, { cwd, stdio: "inherit" });

/** Ghost's package brings packages of its own as archives, so it is unpacked and installed in place. */
function installGhost() {
  const draft = join(__dirname, "draft");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  run(draft, "npm", "pack", "--silent", `ghost@${version}`);
  run(draft, "tar", "-xzf", readdirSync(draft)[0]);
  const unpacked = join(draft, "package");
  const { packageManager } = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8"));
  const [manager] = packageManager.split("+");
  // Scripts would compile two modules that Ghost does without: SQLite, and another engine for patterns.
  const flags = ["--prod", "--frozen-lockfile", "--ignore-scripts", "--config.node-linker=hoisted"];
  run(unpacked, "npx", "--yes", manager, "install", ...flags);
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  renameSync(unpacked, ghost);
  rmSync(draft, { recursive: true });
}

const installed = join(ghost, "package.json");
const found = existsSync(installed) && JSON.parse(readFileSync(installed, "utf8")).version;
if (found !== version) installGhost();
for (const file of ["package.json", "settings.js", "server.js", "migrate.js"]) {
  cpSync(join(__dirname, file), join(dist, file));
}
