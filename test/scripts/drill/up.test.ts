import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isAlive } from "../../../offline/engine/lock";
import { waitUntil } from "../../../rolling/wait-until";
import { expectDone } from "../../../scripts/drill/edits-many";
import { doneIn, killedAfter } from "../../../scripts/drill/up";

const output = [
  "   0.1s  engine ...",
  "   6.7s    refresh web-1-configuration (1.0 s)",
  "  16.2s    update web-1-configuration (0.1 s)",
  "  16.3s    update web-1-vm (0.1 s)",
  "  16.4s    web-2-configuration: connecting to 10.0.2.12",
  "  16.5s    update web-2-configuration (3.4 s)",
  "  17.0s  changes: 3 update, 1 create-replacement",
].join("\n");

describe("what an up says that it did", () => {
  it("is the steps by kind, and the nodes whose configuration it applied", () => {
    expect(doneIn(output)).toEqual({
      steps: { update: 3, "create-replacement": 1 },
      configured: ["web-1", "web-2"],
    });
  });

  it("is nothing if there was nothing to change", () => {
    const idle = "   4.0s  changes: 0 (nothing to change)\n";
    expect(doneIn(idle)).toEqual({ steps: {}, configured: [] });
  });

  it("is not known if up ended before", () => {
    expect(doneIn("   1.0s  engine ...\n")).toBeUndefined();
  });
});

describe("the judgement of an edit", () => {
  const edit = { key: "web.headers", value: {}, tiers: [] };

  it("accepts updates of exactly the wanted hosts", () => {
    const done = { steps: { update: 2 }, configured: ["web-2", "web-1"] };
    expect(() => expectDone(edit, done, ["web-1", "web-2"])).not.toThrow();
  });

  it("refuses a replacement", () => {
    const done = { steps: { update: 2, replace: 1 }, configured: ["web-1"] };
    expect(() => expectDone(edit, done, ["web-1"])).toThrow(
      'web.headers planned more than updates: {"update":2,"replace":1}',
    );
  });

  it("refuses another host, and a missing one", () => {
    const done = { steps: { update: 1 }, configured: ["db-1"] };
    expect(() => expectDone(edit, done, [])).toThrow("web.headers configured db-1, wanted none");
    expect(() => expectDone(edit, { steps: {}, configured: [] }, ["db-1"])).toThrow(
      "web.headers configured none, wanted db-1",
    );
  });
});

describe("a command that is killed", () => {
  const folder = mkdtempSync(join(tmpdir(), "killed-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("takes its children with it", async () => {
    const file = join(folder, "child");
    const shell = `sleep 60 & echo $! > ${file}; wait`;
    expect(await killedAfter(0.5, ["sh", "-c", shell])).toBe(true);
    expect(existsSync(file)).toBe(true);
    const child = Number(readFileSync(file, "utf8"));
    // The kernel removes a killed process once its new parent has seen its end.
    const isGone = () => (isAlive(child) ? undefined : true);
    await waitUntil("the end of the child", isGone, { timeoutSeconds: 10 });
  });

  it("may end before", async () => {
    expect(await killedAfter(30, ["true"])).toBe(false);
  });
});
