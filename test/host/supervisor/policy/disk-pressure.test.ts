import { describe, expect, it } from "vitest";
import { decide } from "../../../../host/supervisor/core/decide";
import { withDiskPressure } from "../../../../host/supervisor/policy/disk-pressure";
import { assessDisk } from "../../../../host/supervisor/observation/disk-space";
import { isPrimary } from "../../../../host/supervisor/wire/serving";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, outside } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];
const decideFor = (self: NodeState, peers: NodeState[]) =>
  withDiskPressure(decide({ nodes, self, peers }), { nodes, self, peers });
const full = { diskFull: true };

describe("a member whose disk is nearly full", () => {
  const peers = [member("db-1", "PRIMARY"), member("db-3", "SECONDARY")];

  it("leaves while the others are a majority of all nodes", () => {
    expect(decideFor(member("db-2", "SECONDARY", full), peers)).toMatchObject({ type: "leave" });
  });

  it("stays while the group needs it, until there is no room at all", () => {
    const self = member("db-2", "SECONDARY", full);
    expect(decideFor(self, [peers[0]!])).toEqual({ type: "nothing" });
    expect(decideFor(self, [peers[0]!, outside("db-3")])).toEqual({ type: "nothing" });
    expect(decideFor({ ...self, diskSpent: true }, [peers[0]!])).toMatchObject({ type: "leave" });
  });

  it("lets the last one by name go first, if several are full", () => {
    const others = [member("db-1", "PRIMARY", full), member("db-3", "SECONDARY", full)];
    expect(decideFor(member("db-2", "SECONDARY", full), others)).toEqual({ type: "nothing" });
    const second = [others[0]!, member("db-2", "SECONDARY", full)];
    expect(decideFor(member("db-3", "SECONDARY", full), second)).toMatchObject({ type: "leave" });
  });

  it("hands the primary over, to a member with room", () => {
    const self = member("db-1", "PRIMARY", full);
    const others = [
      member("db-2", "SECONDARY", full),
      outside("db-4"),
      member("db-3", "SECONDARY"),
    ];
    expect(decideFor(self, others)).toMatchObject({
      type: "handOver",
      to: "db-3",
      ifItHangs: "giveUp",
    });
    expect(decideFor(self, others.slice(0, 2))).toEqual({ type: "nothing" });
  });

  it("outside waits while the group is whole without it, and comes back if it is needed", () => {
    const self = outside("db-1", full);
    const group = [member("db-2", "PRIMARY"), member("db-3", "SECONDARY")];
    expect(decideFor(self, group)).toEqual({ type: "wait", reason: "the disk is nearly full" });
    expect(decideFor({ ...self, diskSpent: true }, [])).toMatchObject({ type: "wait" });
    expect(decideFor(self, [member("db-2", "PRIMARY")])).toMatchObject({ type: "join" });
  });

  it("is not named as the primary when the next write may fail", () => {
    expect(isPrimary(member("db-1", "PRIMARY", full))).toBe(true);
    expect(isPrimary(member("db-1", "PRIMARY", { ...full, diskSpent: true }))).toBe(false);
  });

  it("makes a group again after a loss of all, when every disk is nearly full", () => {
    const states = nodes.map((node) => outside(node, full));
    expect(decideFor(states[0]!, states.slice(1))).toMatchObject({ type: "bootstrap" });
  });
});

describe("a disk", () => {
  const none = { full: false, spent: false };
  /** A file system of so many GiB, so many of them free. */
  const disk = (sizeGib: number, freeGib: number) => ({
    ...{ blocks: sizeGib * 1024, bavail: freeGib * 1024, bsize: 2 ** 20 },
  });

  it("is nearly full with less than a tenth and 4 GiB free, spent with 3 % and 1 GiB", () => {
    expect(assessDisk(disk(20, 2.1), none)).toEqual(none);
    expect(assessDisk(disk(20, 1.9), none)).toEqual({ full: true, spent: false });
    expect(assessDisk(disk(20, 0.5), none)).toEqual({ full: true, spent: true });
    expect(assessDisk(disk(500, 5), none)).toEqual(none);
  });

  it("has room again when clearly more is free", () => {
    expect(assessDisk(disk(20, 2.5), { full: true, spent: true })).toEqual({
      full: true,
      spent: false,
    });
    expect(assessDisk(disk(20, 2.7), { full: true, spent: false })).toEqual(none);
  });
});
