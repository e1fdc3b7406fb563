import { describe, expect, it } from "vitest";
import { bucketFindings, copyFindings } from "../../doctor/bucket";
import { fails, type Finding, lines } from "../../doctor/finding";
import { stackFileFindings, toolFindings, type Tools } from "../../doctor/local-checks";

const warning: Finding = { check: "stock", level: "warning", text: "little is left", fix: "hurry" };
const failure: Finding = { check: "token", level: "failure", text: "hcloud:token may only read" };

describe("what a person reads", () => {
  it("has a line for each finding, what to do below it, and how it stands", () => {
    expect(lines([{ check: "tools", level: "ok", text: "all there" }, warning])).toEqual([
      "ok    tools        all there",
      "warn  stock        little is left",
      "                   → hurry",
      "0 failures, 1 warning: nothing stands in the way of an up",
    ]);
    expect(lines([failure]).at(-1)).toBe("1 failure, 0 warnings: an up would fail");
  });

  it("fails by failures alone", () => {
    expect([fails([warning]), fails([warning, failure])]).toEqual([false, true]);
  });
});

describe("a stack file", () => {
  it("has each problem once, in the schema's words", () => {
    const problem = "webstack:web.count must be a number, got 0; set for example 2";
    expect(stackFileFindings("Pulumi.dev.yaml", [problem, problem])).toEqual([
      {
        check: "stack file",
        level: "failure",
        text: "webstack:web.count must be a number, got 0",
        fix: "set for example 2",
      },
    ]);
  });

  it("may hold what cannot be opened here", () => {
    const [valid, closed] = stackFileFindings("Pulumi.dev.yaml", [], ["hcloud:token"]);
    expect(valid!.level).toBe("ok");
    expect(closed).toMatchObject({
      level: "note",
      text: "hcloud:token could not be decrypted here",
    });
  });
});

describe("the bucket of the backups", () => {
  it.each(["none", "unknown"] as const)("that is %s makes no up fail", async (bucket) => {
    expect(fails(await bucketFindings(bucket))).toBe(false);
  });

  it("that does not open makes the up fail, with the store's reason", async () => {
    const [closed] = await bucketFindings({ list: () => Promise.reject(new Error("status 403")) });
    expect(closed!.text).toBe("the bucket of webstack:backups.target does not open: status 403");
  });
});

describe("the copy of the backups", () => {
  it("is told if it opens, and makes no up fail if it does not", async () => {
    const [open] = await copyFindings({ list: async () => [] });
    expect(open).toMatchObject({ level: "ok", text: "the copy is there and the keys may list it" });
    const closed = await copyFindings({ list: () => Promise.reject(new Error("status 403")) });
    expect(closed).toMatchObject([
      { level: "warning", text: "the copy of webstack:backups.copy does not open: status 403" },
    ]);
    expect([fails(closed), await copyFindings("none")]).toEqual([false, []]);
    expect(await copyFindings("unknown")).toMatchObject([
      {
        level: "note",
        text: "webstack:backups.copy was not looked at: no key of it can be read here",
        fix: expect.stringContaining("decrypt"),
      },
    ]);
  });
});

describe("the tools", () => {
  const all: Tools = {
    ...{ node: "22.11.0", leastNode: 22, pulumi: "3.257.0" },
    ...{ has: () => true, isInstalled: true, isRoot: false },
  };
  const failed = (tools: Partial<Tools>) =>
    toolFindings({ ...all, ...tools }).flatMap(({ level, text }) =>
      level === "failure" ? [text] : [],
    );
  const docker = { command: "docker", debianPackage: "docker.io" };

  it("are Node.js, npm, pulumi and ssh, and no docker", () => {
    expect(failed({})).toEqual([]);
    expect(failed({ node: "18.1.0", isInstalled: false, has: () => false })).toEqual([
      ...["Node.js must be 22 or newer, got 18.1.0", "npm is not on the path"],
      "the dependencies are not installed",
      ...["pulumi is not on the path", "ssh is not on the path"],
    ]);
  });

  it.each([
    ["3.257.0", true],
    ["v3.257.0\n", true],
    ["3.300.1", true],
    ["4.0.0", true],
    ["3.256.9", false],
    ["2.999.0", false],
    ["dev", false],
  ])("are a Pulumi CLI that is new enough: %j", (pulumi, fits) => {
    const expected = `the Pulumi CLI must be 3.257.0 or newer, got ${pulumi.trim()}`;
    expect(failed({ pulumi })).toEqual(fits ? [] : [expected]);
  });

  it("are a Pulumi CLI that answers, and a node that an operator's shell finds", () => {
    expect(failed({ pulumi: undefined, node: undefined })).toEqual([
      "node is not on the path",
      "the Pulumi CLI must be 3.257.0 or newer, got no answer to `pulumi version`",
    ]);
    const [finding] = toolFindings({ ...all, pulumi: "3.200.0" });
    expect(finding!.fix).toBe(
      "install the Pulumi CLI 3.257.0 or newer: https://www.pulumi.com/docs/install/",
    );
  });

  it("are those of the local cloud for the local stack, with an engine or the compiler for it", () => {
    expect(failed({ lacking: [] })).toEqual([]);
    expect(failed({ lacking: [docker] })).toEqual(["missing programs: docker"]);
    expect(failed({ lacking: [docker], isRoot: true })).toEqual([]);
    expect(failed({ lacking: [], has: (one) => one === "npm" })).toEqual(["missing programs: go"]);
  });
});
