import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

interface Job {
  stage?: string;
  script?: string[];
  before_script?: string[];
  after_script?: string[];
  rules?: { if?: string }[];
  environment?: unknown;
}

const root = join(__dirname, "..");
const { stages, ...file } = parse(readFileSync(join(root, ".gitlab-ci.yml"), "utf8")) as {
  stages: string[];
  [name: string]: unknown;
};
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const all = file as Record<string, Job>;
const jobs = Object.entries(all).filter(([, job]) => job.script !== undefined);
const linesOf = ({ script = [], after_script = [] }: Job) => [...script, ...after_script];

describe(".gitlab-ci.yml", () => {
  it("runs scripts of package.json", () => {
    const lines = jobs.flatMap(([, job]) => linesOf(job));
    const asked = lines.flatMap((line) =>
      [...line.matchAll(/\bnpm (?:run (?:--silent )?)?([\w:]+)/g)].map(([, name]) => name!),
    );
    expect(asked).toEqual(expect.arrayContaining(["check", "test", "preview", "up", "drift"]));
    expect(asked.filter((name) => !(name in scripts))).toEqual([]);
    const besides = /^(npm |cat |test ! -s |export PATH=)/;
    expect(lines.filter((line) => !besides.test(line))).toEqual([]);
  });

  it("has each job in one of its stages, and none that runs always", () => {
    for (const [name, job] of jobs) {
      expect(stages, name).toContain(job.stage);
      const rules = job.rules ?? all[".change"]!.rules!;
      expect(
        rules.every((rule) => rule.if !== undefined),
        name,
      ).toBe(true);
    }
  });

  it("gives an environment, and so its secrets, to jobs of a stack alone", () => {
    const withSecrets = jobs.filter(([, job]) => job.environment !== undefined);
    expect(withSecrets.map(([name]) => name)).toEqual([
      "preview:dev",
      "deploy:dev",
      "drift:dev",
      "patch:dev",
    ]);
  });

  it("goes back to what ran before if the smoke test of a deploy fails, and fails then", () => {
    const { script = [] } = all["deploy:dev"]!;
    const at = (text: string) => script.findIndex((line) => line.startsWith(text));
    const [noted, up, smoke] = ["npm run deploy:back", "npm run up", "npm run smoke"].map(at);
    expect([noted! >= 0, noted! < up!, up! < smoke!]).toEqual([true, true, true]);
    expect(script[noted!]).toMatch(/ --note --forward$/);
    expect(script[smoke!]).toMatch(
      /\|\| { npm run deploy:back -- --stack "\$STACK" --yes; exit 1; }$/,
    );
    expect((file.variables as Record<string, string>).GIT_DEPTH).toBe("0");
  });

  it("closes what it opens, also after a failure", () => {
    for (const [name, job] of jobs) {
      const opens = (job.script ?? []).some((line) => line.includes("admin:open"));
      const closes = (job.after_script ?? []).some((line) => line.includes("admin:close"));
      expect(closes, name).toBe(opens);
    }
  });
});
