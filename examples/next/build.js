const { execFileSync } = require("node:child_process");
const { cpSync, rmSync } = require("node:fs");
const { join } = require("node:path");

const run = (program, ...words) =>
  execFileSync(program, words, { cwd: __dirname, stdio: "inherit" });
const release = join(__dirname, ".next", "standalone");

run("npm", "ci");
rmSync(join(__dirname, ".next"), { recursive: true, force: true });
run(process.execPath, join("node_modules", "next", "dist", "bin", "next"), "build");
// Nginx serves these files, those of earlier releases too, because `app.static.immutable` names the directory.
cpSync(join(__dirname, ".next", "static"), join(release, ".next", "static"), { recursive: true });
cpSync(join(__dirname, "migrate.js"), join(release, "migrate.js"));
