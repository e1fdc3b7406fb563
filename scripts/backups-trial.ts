import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import { hostPrograms } from "../host-programs";
import { imageTag } from "../localcloud/image/build";

/**
 * `npm run backups:trial [-- --nodes 1|3] [--seconds 60] [--tables ROWS] [--dump]`: real MySQLs, the archiver and the object
 * storage in one container of the host image without a network; breaks things, restores, compares.
 * With `--tables ROWS` tables are brought into a group that is written to, and nothing else. With `--dump` a dump is
 * taken and loaded into a new MySQL, and nothing else.
 */
function main(): void {
  const { nodes, seconds, tables, dump } = parseArgs({
    options: {
      nodes: { type: "string", default: "3" },
      seconds: { type: "string", default: "60" },
      tables: { type: "string" },
      dump: { type: "boolean", default: false },
    },
  }).values;
  const [inside, words] = dump
    ? ["dump-inside.ts", ["/programs"]]
    : tables === undefined
      ? ["inside.ts", [nodes, "/programs", seconds]]
      : ["tables-inside.ts", [tables]];
  const folder = mkdtempSync(join(tmpdir(), "webstack-trial-"));
  try {
    for (const [name, text] of Object.entries(hostPrograms())) {
      writeFileSync(join(folder, `${name}.js`), text);
    }
    buildSync({
      entryPoints: [join(__dirname, "trial", inside)],
      outfile: join(folder, "inside.js"),
      bundle: true,
      platform: "node",
      target: "node22",
      format: "cjs",
      logLevel: "error",
    });
    execFileSync("chmod", ["-R", "a+rX", folder]);
    execFileSync(
      "docker",
      [
        ...["run", "--rm", "--init", "--network", "none", "--cap-add", "NET_ADMIN"],
        ...["-v", `${folder}:/programs:ro`, "--entrypoint", "/usr/bin/node", imageTag()],
        ...["/programs/inside.js", ...words],
      ],
      { stdio: "inherit", timeout: 3_600_000 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
