const { createHash } = require("node:crypto");
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

/** Files of the sources, in one order on every machine. */
const sources = ["app", "lib"].flatMap((folder) =>
  readdirSync(join(__dirname, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(),
);

/** The same sources have the same build id, so that a build without an edit is the same release. */
function buildId() {
  const hash = createHash("sha256");
  for (const file of [...sources, join(__dirname, "package-lock.json")])
    hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 20);
}

// The release brings what it needs, and nothing else; migrate.js needs the database's client as a package.
module.exports = {
  output: "standalone",
  outputFileTracingRoot: __dirname,
  serverExternalPackages: ["mysql2"],
  generateBuildId: buildId,
};
