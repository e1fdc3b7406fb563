import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyMemory } from "../../host/supervisor/core/memory-record";
import { resizeRefusal } from "../../services/supervisor/service";
import { contentOf } from "./rendered";
import { databaseNode } from "./rendered-database";

const settingsPath = "/etc/webstack/supervisor.json";
const five = [1, 2, 3, 4, 5].map((n) => ({ name: `db-${n}`, privateIp: `10.0.4.1${n}` }));
const certificate = { epoch: 64, founder: "db-1", kind: "first", voters: [], groupId: "1" };
const agreed = {
  ...emptyMemory,
  certificate,
  electorate: { members: ["db-1"], by: null, step: 0 },
};

/** A host on which a new number of nodes arrives. */
interface Host {
  /** Number of nodes in the present settings; undefined: the host has none. */
  before?: number;
  /** Of the nodes that are to be, those that its MySQL reports as ONLINE; undefined: MySQL does not answer. */
  online?: number;
  /** The supervisor's record. @default one with an electorate */
  record?: object;
}

function answer(count: number, { before, online, record = agreed }: Host) {
  const folder = mkdtempSync(join(tmpdir(), "resize-"));
  const [present, mysql] = [join(folder, "supervisor.json"), join(folder, "mysql")];
  if (before !== undefined) {
    const rendered = JSON.parse(contentOf(databaseNode(3), settingsPath)) as object;
    const nodes = five.slice(0, before);
    writeFileSync(present, `${JSON.stringify({ ...rendered, nodes }, null, 2)}\n`);
  }
  writeFileSync(join(folder, "memory.spare"), `1 ${"0".repeat(64)} ${JSON.stringify(record)}`);
  const says = online === undefined ? "exit 1" : `echo ${online}`;
  writeFileSync(mysql, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
  const [shell, ...words] = resizeRefusal(settingsPath, five.slice(0, count)).command.map((word) =>
    word
      .replaceAll("/proc/1/root/etc/webstack/supervisor.json", present)
      .replaceAll("/var/lib/webstack-supervisor", folder)
      .replaceAll("/usr/bin/mysql", mysql),
  );
  const { status, stderr } = spawnSync(shell!, words, { encoding: "utf8" });
  return { status, stderr };
}

const earlier = { ...emptyMemory, certificate, electorate: undefined };

describe("another number of database nodes", () => {
  it("is checked on each node of a group, when the list of nodes changes", () => {
    const checks = databaseNode(3).checks;
    const [check] = checks.filter(({ command }) => command.join(" ").includes("db.nodes: "));
    expect(check?.files).toEqual([settingsPath]);
    expect(check?.command.join(" ")).toContain("MEMBER_HOST IN ('10.0.4.11', '10.0.4.12'");
  });

  it.each<[string, number, Host]>([
    ["a new host", 5, {}],
    ["a group with a missing node, if it grows", 5, { before: 3, online: 2 }],
    ["one node without a group", 3, { before: 1 }],
    ["a group whose number stays", 3, { before: 3, online: 2, record: earlier }],
    ["a group of which all that stay are there", 3, { before: 5, online: 3 }],
    ["a host that was never in a group", 5, { before: 3, record: emptyMemory }],
  ])("is taken by %s", (_, count, host) => {
    expect(answer(count, host)).toEqual({ status: 0, stderr: "" });
  });

  it.each([
    [2, "2 of the 3"],
    [undefined, "0 of the 3"],
  ])("is refused if fewer are to stay and one of these is missing: %s ONLINE", (online, text) => {
    const { status, stderr } = answer(3, { before: 5, ...(online && { online }) });
    expect(status).toBe(1);
    expect(stderr).toContain(`db.nodes: ${text} nodes that stay are ONLINE`);
    expect(stderr).toContain("set db.nodes to 5 again");
  });

  it("is refused while the supervisor's record is of a release that agrees on no change", () => {
    const { status, stderr } = answer(5, { before: 3, online: 3, record: earlier });
    expect(status).toBe(1);
    expect(stderr).toContain("Set db.nodes to 3, run pulumi up");
  });
});
