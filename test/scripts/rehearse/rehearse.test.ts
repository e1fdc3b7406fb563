import { expect, it } from "vitest";
import type { Preview } from "../../../preview/model";
import type { RehearsalOptions } from "../../../scripts/rehearse/command-line";
import type { Loaded } from "../../../scripts/rehearse/measured";
import { rehearse, type RehearsalDependencies } from "../../../scripts/rehearse/rehearse";
import { timelineSvg, report, shortfalls } from "../../../scripts/rehearse/report";

const order: RehearsalOptions = { base: "main", drills: new Map(), budget: 0, keep: false };

const preview: Preview = {
  ...{
    stack: "local",
    verdict: "safe",
    reasons: [],
    visitors: "nothing.",
    refused: [],
    isRefreshed: false,
  },
  counts: { reloaded: 2, restarted: 0, powerCycled: 0, created: 0, replaced: 0, deleted: 0 },
  ...{ consent: [], settings: [], cloud: [], drift: [], warnings: [] },
  hosts: ["web-1", "web-2"].map((node) => ({
    ...{ node, role: "web", others: [] },
    files: [{ path: "/etc/nginx/nginx.conf", kind: "changed", lines: ["+a"], isSecret: false }],
    units: [{ unit: "nginx.service", verb: "reload", because: [] }],
  })),
};

function loaded(different: Partial<Loaded> = {}): Loaded {
  return {
    ...{ requests: 4_000, lost: 0, slowestMs: 61, outageMs: 0, lastedMs: 40_000 },
    series: {
      ...{ stepMs: 500, good: Array<number>(80).fill(50), failed: Array<number>(80).fill(0) },
      marks: [
        { atMs: 3_000, text: "change" },
        { atMs: 37_000, text: "done" },
      ],
    },
    ...different,
  };
}

interface Run {
  status?: number;
  stdout?: string;
  lines?: string[];
}

/** A world that remembers what happened; commands answer what is told, each in turn. */
function world(told: Record<string, Run[]> = {}, loads = loaded()) {
  const happened: string[] = [];
  const one: RehearsalDependencies = {
    tree: {
      commit: (revision) => `${revision}-commit`,
      present: () => "present-commit",
      checkOut: (commit) => void happened.push(`checkout ${commit}`),
      sameDependencies: () => true,
    },
    npm: async (words, onLine) => {
      const command = words.join(" ");
      happened.push(command);
      const { status = 0, lines = [], stdout = "" } = told[command]?.shift() ?? {};
      for (const line of lines) onLine?.(line);
      const isPreview = command.includes("preview");
      return {
        status,
        stdout: stdout || (isPreview ? JSON.stringify(preview) : ""),
        output: lines.join("\n") || stdout,
      };
    },
    url: () => (happened.push("url"), "http://198.18.0.200/"),
    load: (url) => {
      happened.push(`load on ${url}`);
      return {
        mark: (text) => void happened.push(`mark ${text}`),
        stop: async () => (happened.push("load off"), loads),
      };
    },
    pause: async () => undefined,
    say: () => undefined,
  };
  return { world: one, happened };
}

it("brings the base up, then the present files on the same stack under load, then drills", async () => {
  const drills = new Map([
    ["edge", ["F5"]],
    ["database", ["F24"]],
  ]);
  const up = { lines: ["  9.0s    update web-1-configuration (7.4 s)"] };
  const { world: one, happened } = world({
    "run up:local": [{}, up],
    "run drill -- database F24 --runs 1": [{ status: 1 }],
  });
  const found = await rehearse({ ...order, drills }, one);
  expect(happened).toEqual([
    "checkout main-commit",
    "ci --no-audit --no-fund",
    "run up:local",
    "checkout present-commit",
    "run prepare --if-present",
    "run --silent preview -- --stack local --json --base main-commit",
    "url",
    "load on http://198.18.0.200/",
    "mark change",
    "run up:local",
    "mark web-1",
    "mark done",
    "load off",
    "run drill -- edge F5 --runs 1",
    "run drill -- database F24 --runs 1",
  ]);
  expect(found.nodes).toEqual([{ node: "web-1", configuration: 7.4 }]);
  expect(shortfalls(found, 0)).toEqual(["drills among F24 missed their bound"]);
});

it("installs dependencies anew where they differ", async () => {
  const { world: one, happened } = world();
  await rehearse(order, { ...one, tree: { ...one.tree, sameDependencies: () => false } });
  expect(happened.filter((words) => words.startsWith("ci"))).toHaveLength(2);
});

it("passes with what the budget allows, and fails with one more", async () => {
  const found = await rehearse(order, world({}, loaded({ lost: 2, outageMs: 140 })).world);
  expect(shortfalls(found, 2)).toEqual([]);
  expect(shortfalls(found, 1)).toEqual(["2 requests lost, 1 may be"]);
  expect(report(found, 1)).toMatch(
    /^\*\*Rehearsal on main-commit: FAILED\*\* \| 2 of 4000 requests/,
  );
});

it("begins nothing if the plan is refused, and says why", async () => {
  const refused = { ...preview, refused: ["web-2 would be deleted"] };
  const words = "run --silent preview -- --stack local --json --base main-commit";
  const { world: one, happened } = world({
    [words]: [{ status: 1, stdout: JSON.stringify(refused) }],
  });
  const found = await rehearse(order, one);
  expect(happened.at(-1)).toBe(words);
  expect(shortfalls(found, 9)).toEqual(["the plan is refused"]);
  expect(report(found, 9)).toContain("nothing was begun");
  expect(timelineSvg(found, 9)).toBeUndefined();
});

it("ends the load also when the change fails or is interrupted, and drills nothing then", async () => {
  const drills = new Map([["edge", ["F5"]]]);
  const failed = world({ "run up:local": [{}, { status: 1, lines: ["web-1: nginx -t failed"] }] });
  const found = await rehearse({ ...order, drills }, failed.world);
  expect(failed.happened.at(-1)).toBe("load off");
  expect(shortfalls(found, 0)).toEqual(["npm run up:local ended with 1: web-1: nginx -t failed"]);

  const { world: one, happened } = world();
  const stopped = rehearse(order, {
    ...one,
    pause: () => Promise.reject(new Error("interrupted")),
  });
  await expect(stopped).rejects.toThrow("interrupted");
  expect(happened.at(-1)).toBe("load off");
});

it("stops with what a command said if there is no base to change", async () => {
  const broken = world({ "run up:local": [{ status: 1, lines: ["no memory"] }] });
  await expect(rehearse(order, broken.world)).rejects.toThrow(
    "of the base ended with 1: no memory",
  );
  const words = "run --silent preview -- --stack local --json --base main-commit";
  const mute = world({ [words]: [{ status: 1, stdout: "oops" }] });
  await expect(rehearse(order, mute.world)).rejects.toThrow("ended with 1: oops");
});

it("reports the verdict first, then hosts, files and times; and draws it", async () => {
  const up = { lines: ["  9.0s    update web-1-configuration (7.4 s)"] };
  const found = await rehearse(order, world({ "run up:local": [{}, up] }).world);
  const lines = report(found, 0).split("\n");
  expect(lines[0]).toBe(
    "**Rehearsal on main-commit: passed** | 0 of 4000 requests lost, slowest 61 ms, the change took 34 s",
  );
  expect(lines).toContain(
    "- web-1, web-2: reloads nginx; `/etc/nginx/nginx.conf changed, +1 -0 lines`",
  );
  expect(lines).toContain("| web-1 | - | 7.4 s |");
  expect(timelineSvg(found, 0)).toMatch(
    /^<svg[^]*Rehearsal of the present files on main-commit[^]*ok/,
  );
});
