import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

interface Step {
  id?: string;
  run?: string;
  uses?: string;
  if?: string | boolean;
  with?: Record<string, unknown>;
}

interface Job {
  if?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  environment?: string;
  concurrency?: { group: string; "cancel-in-progress": boolean; queue?: string };
  steps: Step[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: object;
  jobs: Record<string, Job>;
}

const root = join(__dirname, "..");
const folder = join(root, ".github", "workflows");
const files = readdirSync(folder).sort();
const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
const workflows = new Map([...texts].map(([file, text]) => [file, parse(text) as Workflow]));
const jobs = [...workflows].flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ file, name, job, workflow })),
);
const steps = jobs.flatMap(({ file, name, job }) =>
  job.steps.map((step) => ({ place: `${file} ${name}`, step })),
);
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** What a job may do besides reading the checkout. */
const mayWrite: Record<string, Record<string, string>> = {
  "preview.yml preview": { "pull-requests": "write" },
  "comment.yml comment": { actions: "read", "pull-requests": "write" },
  "drift.yml drift": { issues: "write" },
};
/** Commands that are none of package.json, by their first word; all of them put results in their place. */
const besides = ["npm", "sudo", "cat", "echo"];

/** Commands of a step: without `sudo` and its environment, and without what they are piped to. */
function commands(run: string): string[] {
  const lines = run.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => line.replace(/^sudo --preserve-env env "PATH=\$PATH" /, "").trim());
}

describe(".github/workflows", () => {
  it("has the seven that docs/pull-requests.md tells of", () => {
    const names = ["ci", "comment", "deploy", "drift", "patch", "preview", "rehearse"];
    expect(files).toEqual(names.map((name) => `${name}.yml`));
    const manual = readFileSync(join(root, "docs", "pull-requests.md"), "utf8");
    for (const file of files) expect(manual).toContain(`\`${file}\``);
  });

  it("runs scripts of package.json, which a desk has too", () => {
    const run = steps.flatMap(({ step }) => commands(step.run ?? ""));
    const asked = run.flatMap((line) =>
      [...line.matchAll(/\bnpm (?:run (?:--silent )?)?([\w:]+)/g)].map(([, name]) => name!),
    );
    expect(asked).toEqual(expect.arrayContaining(["check", "test", "rehearse", "up", "smoke"]));
    expect(asked.filter((name) => name !== "ci" && !(name in scripts))).toEqual([]);
    expect(
      run.filter((line) => !besides.includes(line.split(" ")[0]!) && !/^".*"$/.test(line)),
    ).toEqual([]);
  });

  it.each(jobs)(
    "$file $name may do no more than it must, and ends",
    ({ file, name, job, workflow }) => {
      expect(workflow.permissions).toEqual({});
      expect(job.permissions).toEqual({ contents: "read", ...mayWrite[`${file} ${name}`] });
      expect(job["timeout-minutes"]).toBeLessThanOrEqual(120);
    },
  );

  it("gives no secret to a job that a fork's pull request starts", () => {
    const events = [...workflows.values()].flatMap((workflow) => Object.keys(workflow.on));
    const known = ["pull_request", "push", "schedule", "workflow_dispatch", "workflow_run"];
    expect([...new Set(events)].sort()).toEqual(known);
    const own = /(^|&& )github\.event\.pull_request\.head\.repo\.full_name == github\.repository$/;
    const forForks = jobs.filter(
      ({ workflow, job }) => "pull_request" in workflow.on && !own.test(job.if ?? ""),
    );
    expect(forForks.map(({ file, name }) => `${file} ${name}`)).toEqual([
      ...["ci.yml check", "ci.yml test", "ci.yml e2e"],
      ...["preview.yml fork", "rehearse.yml rehearse"],
    ]);
    for (const { job } of forForks) {
      expect(JSON.stringify(job)).not.toMatch(/\$\{\{[^}]*(secrets|github\.token)|"secrets":/);
      expect(job.environment).toBeUndefined();
    }
  });

  it("takes from a fork's run text alone, with the files of the default branch and no secret", () => {
    const [{ job }] = jobs.filter(({ workflow }) => "workflow_run" in workflow.on) as [
      (typeof jobs)[number],
    ];
    expect(job.environment).toBeUndefined();
    const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"))!;
    expect(checkout.with).toEqual({ "persist-credentials": false });
    expect(JSON.stringify(job)).not.toMatch(/\$\{\{[^}]*secrets/);
    const run = job.steps.flatMap((step) => step.run ?? []);
    expect(run).toEqual([
      "npm ci --ignore-scripts",
      expect.stringMatching(/^npm run github:comment -- --head "\$HEAD" --sha "\$SHA" /),
    ]);
  });

  it("names versions of actions, and leaves no credentials in a checkout", () => {
    const used = steps.filter(({ step }) => step.uses);
    for (const { place, step } of used) {
      expect(step.uses, place).toMatch(/^[\w-]+\/[\w-]+@(v\d+\.\d+\.\d+|[0-9a-f]{40})$/);
      if (!step.uses!.startsWith("actions/checkout@")) continue;
      expect(step.with?.["persist-credentials"], place).toBe(false);
    }
  });

  it("puts nothing of a pull request or an input into a command, but through the environment", () => {
    for (const { place, step } of steps) expect(step.run ?? "", place).not.toContain("${{");
  });

  it("goes back to what ran before if the smoke test of a deploy fails, and only then", () => {
    const { job } = jobs.find(({ file }) => file === "deploy.yml")!;
    const at = (text: string) => job.steps.findIndex(({ run }) => run?.startsWith(text));
    const [noted, up, smoke] = ["npm run deploy:back", "npm run up", "npm run smoke"].map(at);
    const back = job.steps[smoke! + 1]!;
    expect(job.steps[noted!]!.run).toBe(
      // A run that waited for its approval must not take back what a later one deployed.
      'npm run deploy:back -- --stack "$STACK" --note --forward',
    );
    expect([noted! < up!, up! < smoke!]).toEqual([true, true]);
    expect(job.steps[smoke!]!.id).toBe("smoke");
    expect(back.run).toBe('npm run deploy:back -- --stack "$STACK" --yes');
    expect(back.if).toBe("failure() && steps.smoke.outcome == 'failure'");
    // A shallow checkout lacks the commit that ran before.
    const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"))!;
    expect(checkout.with?.["fetch-depth"]).toBe(0);
  });

  it("closes what it opens, always, and one job at a time for each stack", () => {
    const opening = jobs.filter(({ job }) => JSON.stringify(job).includes("admin:open"));
    expect(opening.map(({ file }) => file)).toEqual(["deploy.yml", "drift.yml", "patch.yml"]);
    for (const { job } of opening) {
      const last = job.steps.at(-1)!;
      expect(last.run).toBe('npm run admin:close -- --stack "$STACK"');
      expect(last.if).toBe("always()");
      expect(job.concurrency).toEqual({
        group: "stack-${{ matrix.stack }}",
        "cancel-in-progress": false,
        // Without it a run that waits is cancelled by the next one.
        queue: "max",
      });
      const asked = job.steps.find(({ run }) => run?.includes("admin:open"))!.run!;
      const minutes = Number(/--minutes (\d+)/.exec(asked)![1]);
      expect(minutes).toBeGreaterThanOrEqual(job["timeout-minutes"]!);
    }
  });
});
