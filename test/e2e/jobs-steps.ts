import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "../../rolling/wait-until";
import { waitForGroup } from "../../scripts/drill/database-state";
import { npmEnded } from "../../scripts/local/processes";
import { readOutputs } from "../../scripts/operate/outputs";
import { query } from "../../scripts/operate/databases";
import { unnoticed, withSettings } from "./edited-stack";
import { npmRun } from "./npm-run";
import type { Step } from "./story";

/** Longest `up:local` of these steps, seconds. */
const upSeconds = 300;
/** Minutes that a job is seen in, and the longest time until it has run in all of them, seconds. */
const minutes = 2;
const ranSeconds = 240;
/** Longest look at the journals, seconds. */
const logsSeconds = 60;

/** Counts its starts in its data; a job writes down who ran it, and a worker that it is there. */
const program = `const { createServer } = require("node:http");
const { appendFileSync, readFileSync } = require("node:fs");
appendFileSync("content/starts", "s");
createServer((request, response) => {
  response.end(JSON.stringify({ node: process.env.NODE_NAME, starts: readFileSync("content/starts").length }));
}).listen(process.env.PORT);
`;
const tick = `console.log("ticked on " + process.env.NODE_NAME);\n`;
const worker = `console.log("working on " + process.env.NODE_NAME);\nsetInterval(() => undefined, 1000);\n`;

/** The app's folder and settings; a second release differs in a file. */
async function withProgram(run: (path: string, app: object) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), "webstack-jobs-"));
  for (const [name, text] of Object.entries({
    "server.js": program,
    "tick.js": tick,
    "worker.js": worker,
  })) {
    writeFileSync(join(path, name), text);
  }
  try {
    await run(path, {
      path,
      data: "content",
      workers: { steady: { command: "node worker.js", nodes: "one" } },
      cron: { tick: { command: "node tick.js", schedule: "* * * * *" } },
    });
  } finally {
    rmSync(path, { recursive: true });
  }
}

interface Said {
  node: string;
  starts: number;
}

/** What each node says of its starts, asked so often that every one has its turn. */
async function startsByNode(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let i = 0; i < 40; i++) {
    const { node, starts } = (await (await fetch(readOutputs().url)).json()) as Said;
    found.set(node, starts);
  }
  return found;
}

const isDone: Step = {
  title:
    "a job at each minute runs on one node each time, a worker on one, and data outlive a release",
  run: async () => {
    await withProgram(async (path, app) => {
      await withSettings({ app }, async () => {
        await unnoticed(() => npmRun("up:local", [], upSeconds));
        const outputs = readOutputs();
        const first = await startsByNode();
        assert.deepEqual([...first.keys()].sort(), ["app-1", "app-2"]);
        const primary = await waitForGroup(outputs, 60);
        const runs = async () => {
          const rows = await query(
            outputs,
            primary,
            "SELECT COUNT(*), COUNT(DISTINCT due) FROM app.webstack_jobs WHERE job = 'tick'",
          );
          const [all = 0, distinct = 0] = (rows[0] ?? "").split("\t").map(Number);
          assert.equal(all, distinct, `${all} runs in ${distinct} minutes`);
          return all >= minutes ? all : undefined;
        };
        await waitUntil("a job of each minute", runs, {
          ...{ timeoutSeconds: ranSeconds, intervalMs: 5_000 },
        });
        const { output } = await npmRun("logs", ["app", "-n", "1000"], logsSeconds);
        assert.match(output, /ticked on app-\d/);
        const working = output.match(/(?<=working on )app-\d/g) ?? [];
        assert.equal(new Set(working).size, 1, `the worker ran on ${working.join(", ")}`);
        writeFileSync(join(path, "tick.js"), `${tick}// Another release.\n`);
        await unnoticed(() => npmRun("up:local", [], upSeconds));
        const second = await startsByNode();
        for (const [node, starts] of second) {
          assert.ok(starts > (first.get(node) ?? 0), `${node} lost its data: ${starts} starts`);
        }
      });
    });
  },
};

const isNamed: Step = {
  title: "a release after which a table has no primary key is refused by the table's name",
  run: async () => {
    const outputs = readOutputs();
    const ask = async (sql: string) => query(outputs, await waitForGroup(outputs, 60), sql);
    await ask("CREATE TABLE app.keyless (a INT)");
    try {
      await withProgram(async (path, app) => {
        writeFileSync(join(path, "worker.js"), `${worker}// Another release.\n`);
        await withSettings({ app }, () =>
          unnoticed(async () => {
            const { status, output } = await npmEnded("up:local");
            assert.notEqual(status, 0);
            assert.match(output, /keyless/);
            assert.match(output, /primary key/i);
          }),
        );
      });
    } finally {
      await ask("DROP TABLE app.keyless");
    }
  },
};

/** What an app does besides answering, and what its database would not take. */
export const jobsSteps: readonly Step[] = [isDone, isNamed];
