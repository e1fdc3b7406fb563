import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DurableFolder } from "../../../../host/supervisor/actions/durable";
import { loadMemory } from "../../../../host/supervisor/actions/group-memory";
import { Memory } from "../../../../host/supervisor/core/memory";
import type { MemoryRecord } from "../../../../host/supervisor/core/memory-record";
import { groupRecordIn, nodeStateIn } from "../../../../host/supervisor/core/messages";
import { outside } from "../support/node-state";
import earlier from "./earlier-records.json";

/** Files as earlier releases wrote them, each by its own code. */
type Release = keyof typeof earlier;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "records-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function loaded(release: Release): MemoryRecord {
  for (const [file, text] of Object.entries(earlier[release])) {
    writeFileSync(join(folder, file), text);
  }
  return loadMemory(new DurableFolder(folder));
}

const lastView = { primary: "db-3", epoch: 64, counter: 7, turn: 1 };
const groupId = "17958542507545073";
const voted = { epoch: 64, founder: "db-2", kind: "majority", voters: ["db-2", "db-3"], groupId };
const knew = { primary: "db-1", epoch: 33, counter: 4, turn: 0 };
const ordered = { ...voted, kind: "override", voters: ["db-2"], knew };
const bound = { highest: 97, vote: { epoch: 97, founder: "db-1" }, remembers: true };
const trustedGtid = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11:1-40112";

const releases: [Release, Partial<MemoryRecord>][] = [
  ["plainJson", { ...bound, lastView, certificate: voted as never, trustedGtid: null }],
  ["twoSlots", { ...bound, lastView, certificate: voted as never, trustedGtid: null }],
  ["withTrustedGtid", { ...bound, lastView, certificate: voted as never, trustedGtid }],
  ["withKnew", { ...bound, lastView, certificate: ordered as never, trustedGtid }],
];

describe("a record of an earlier release", () => {
  it.each(releases)("%s is read with its vote, view, certificate and trust", (release, known) => {
    const none = { ordered: null, electorate: null, sole: false, alone: false };
    expect(loaded(release)).toMatchObject({ ...known, ...none });
  });

  it.each(releases)("%s binds the node to its vote, and is whole after the next change", (name) => {
    const keep = (record: MemoryRecord) => new DurableFolder(folder).write("memory", record);
    const memory = new Memory(loaded(name), keep, 0);
    expect(memory.mayVote(97, "db-2", [], 0)).toBe(false);
    expect(memory.nextEpoch([], 1)).toBeGreaterThan(97);
    const before = memory.remembered;
    memory.elect({ members: ["db-1", "db-2", "db-3"], by: null, step: 0 });
    const { serverUuid, ...after } = loadMemory(new DurableFolder(folder));
    expect(after).toMatchObject({ ...before, electorate: { step: 0 } });
    expect(serverUuid).toMatch(/^9c0f/);
  });

  it.each(releases)("%s makes a state that other nodes believe", (name) => {
    const state = JSON.parse(JSON.stringify(outside("db-3", loaded(name)))) as unknown;
    expect(nodeStateIn("db-3", state)).toBeDefined();
    expect(groupRecordIn(state)).toMatchObject({ lastView, certificate: { epoch: 64 } });
  });

  it("from before certificates is a group that counts as agreed on", () => {
    expect(loaded("beforeCertificates")).toMatchObject({
      ...{ remembers: true, vote: null, highest: 179585425 },
      certificate: { kind: "inherited", groupId },
      lastView: { ...lastView, epoch: 179585425 },
    });
    expect(readFileSync(join(folder, "memory.spare"), "utf8")).toMatch(/^1 [0-9a-f]{64} \{/);
  });
});
