import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { grownListRefusal } from "../../services/supervisor/grown-list";
import { contentOf } from "./rendered";
import { databaseNode } from "./rendered-database";

const settingsPath = "/etc/webstack/supervisor.json";

/**
 * Answer of a host to a new number of nodes.
 *
 * @param before number of nodes in the present settings; undefined: the host has none.
 * @param online members that its MySQL reports as ONLINE; undefined: MySQL does not answer.
 */
function answer(count: number, before: number | undefined, online?: number) {
  const folder = mkdtempSync(join(tmpdir(), "grown-"));
  const [present, mysql] = [join(folder, "supervisor.json"), join(folder, "mysql")];
  if (before !== undefined) {
    const rendered = JSON.parse(contentOf(databaseNode(3), settingsPath)) as { nodes: object[] };
    const nodes = Array.from({ length: before }, () => rendered.nodes[0]);
    writeFileSync(present, `${JSON.stringify({ ...rendered, nodes }, null, 2)}\n`);
  }
  const says = online === undefined ? "exit 1" : `echo ${online}`;
  writeFileSync(mysql, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
  const [shell, ...words] = grownListRefusal(settingsPath, count).command.map((word) =>
    word
      .replaceAll("/proc/1/root/etc/webstack/supervisor.json", present)
      .replaceAll("/usr/bin/mysql", mysql),
  );
  const { status, stderr } = spawnSync(shell!, words, { encoding: "utf8" });
  return { status, stderr };
}

describe("more database nodes than before", () => {
  it("are checked on each node of a group, when the list of nodes changes", () => {
    expect(databaseNode(3).checks).toContainEqual(grownListRefusal(settingsPath, 3));
    expect(grownListRefusal(settingsPath, 3).files).toEqual([settingsPath]);
  });

  it.each([
    ["a new host", 5, undefined, undefined],
    ["a whole group", 5, 3, 3],
    ["a group that has the first of the new ones already", 5, 3, 4],
    ["one node without a group", 3, 1, 0],
    ["a list that stays", 3, 3, 2],
    ["a list that gets shorter", 3, 5, 2],
  ])("are taken by %s", (_, count, before, online) => {
    expect(answer(count, before, online)).toEqual({ status: 0, stderr: "" });
  });

  it.each([
    [2, "2 of the 3"],
    [undefined, "0 of the 3"],
  ])("are refused while a present node is missing: %s ONLINE", (online, text) => {
    const { status, stderr } = answer(5, 3, online);
    expect(status).toBe(1);
    expect(stderr).toContain(`db.nodes: ${text} present nodes are ONLINE`);
    expect(stderr).toContain("set db.nodes to 3 again");
  });
});
