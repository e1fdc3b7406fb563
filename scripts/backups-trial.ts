import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import { hostPrograms } from "../host-programs";
import { imageTag } from "../localcloud/image/build";

/**
 * `npm run backups:trial [-- --nodes 1|3] [--seconds 60] [--tables ROWS | --replace ROWS | --dump | --copy | --faults N [--seed N] | --damage | --switches N [--before] | --ledger [--minutes M] [--points N] [--seed S] [--sabotage] | --effect [--rounds N]]`: real MySQLs, the archiver and the
 * object storage in one container of the host image without a network; breaks things, restores, compares.
 * With `--tables ROWS` tables are imported into a group that is written to, and nothing else; with `--replace ROWS`
 * all of the app's data is replaced in such a group; with `--dump` a dump is taken and loaded into a new MySQL;
 * with `--faults 30` archivers, MySQLs and the store fail at random in a group; with `--damage` the archive itself is damaged;
 * with `--switches 10` the primary of a group changes under ordinary clients behind the database proxy, with `--before` by the bare statement;
 * with `--ledger` a ledger of the trial's own is compared with restored points of a load with DDL, see `trial/ledger-inside.ts`;
 * with `--effect` the writes' latency is compared with the archiver stopped, streaming, and taking bases;
 * with `--copy` the backups are copied to a second object storage, cut off again and again, and restored from there.
 */
function main(): void {
  const { nodes, seconds, tables, replace, dump, copy, faults, seed, damage, ...more } = parseArgs({
    options: {
      nodes: { type: "string", default: "3" },
      seconds: { type: "string", default: "60" },
      tables: { type: "string" },
      replace: { type: "string" },
      dump: { type: "boolean", default: false },
      copy: { type: "boolean", default: false },
      faults: { type: "string" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      damage: { type: "boolean", default: false },
      switches: { type: "string" },
      before: { type: "boolean", default: false },
      ledger: { type: "boolean", default: false },
      minutes: { type: "string", default: "10" },
      points: { type: "string", default: "10" },
      effect: { type: "boolean", default: false },
      rounds: { type: "string", default: "4" },
      sabotage: { type: "boolean", default: false },
    },
  }).values;
  const { minutes, points } = more;
  const ledger = [nodes, minutes, points, seed, more.sabotage ? "sabotage" : "-"];
  const [program, words] = more.ledger
    ? ["ledger-inside.ts", ["/programs", ...ledger]]
    : more.effect
      ? ["effect-inside.ts", ["/programs", nodes, more.rounds, seconds]]
      : more.switches !== undefined
        ? ["switch-inside.ts", [more.switches, more.before ? "before" : "after"]]
        : dump
          ? ["dump-inside.ts", ["/programs"]]
          : faults !== undefined
            ? ["faults-inside.ts", ["/programs", faults, seed]]
            : damage
              ? ["damage-inside.ts", ["/programs"]]
              : copy
                ? ["copy-inside.ts", ["/programs", seconds]]
                : replace !== undefined
                  ? ["replace-inside.ts", [replace]]
                  : tables !== undefined
                    ? ["tables-inside.ts", [tables]]
                    : ["inside.ts", [nodes, "/programs", seconds]];
  const folder = mkdtempSync(join(tmpdir(), "webstack-trial-"));
  try {
    for (const [name, text] of Object.entries(hostPrograms())) {
      writeFileSync(join(folder, `${name}.js`), text);
    }
    buildSync({
      entryPoints: [join(__dirname, "trial", program)],
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
      { stdio: "inherit", timeout: 7_200_000 },
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
