import { describe, expect, it } from "vitest";
import { JoinBarrier } from "../../../../host/supervisor/xcom/join-barrier";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, view } from "../support/node-state";

/** Whom db-2 awaits while db-1 says one thing after the other, from that time on. */
function awaitedOf(fromMs: number, ...said: Partial<NodeState>[]): string[][] {
  let peers: NodeState[] = [];
  const awaited = new JoinBarrier("db-2", () => peers);
  awaited.names(0);
  return said.map((one) => {
    peers = [member("db-1", "PRIMARY", one), member("db-3", "SECONDARY")];
    return awaited.names(fromMs);
  });
}

const deaf = { notReading: ["db-2"] };
const maybe = { maybeConnectingTo: ["db-2"] };
const itself = ["db-1"];

describe("JoinBarrier", () => {
  it("are members that seek the node or do not hear it", () => {
    const says = [{}, { connectingTo: ["db-2"] }, deaf, {}];
    for (const ms of [0, 20_000]) {
      expect(awaitedOf(ms, ...says)).toEqual([[], itself, itself, []]);
      expect(
        awaitedOf(ms, {
          connectingTo: ["db-3"],
          maybeConnectingTo: ["db-3"],
          notReading: ["db-3"],
        }),
      ).toEqual([[]]);
    }
  });

  it("are secondaries too, but those that do not hear the node not for long", () => {
    const peers = [member("db-3", "SECONDARY", { ...deaf, ...maybe })];
    const awaited = new JoinBarrier("db-2", () => peers);
    expect(awaited.names(0)).toEqual(["db-3"]);
    expect(awaited.names(19_400)).toEqual(["db-3"]);
    expect(awaited.names(19_600)).toEqual([]);
    peers[0] = member("db-3", "SECONDARY", { connectingTo: ["db-2"] });
    expect(awaited.names(19_700)).toEqual(["db-3"]);
  });

  it("are for longer the primary of the last view too while its MySQL does not answer", () => {
    const silent = { ...deaf, member: null };
    const says = [view("db-1", 1), view("db-3", 1)].map((lastView) => ({ ...silent, lastView }));
    expect(awaitedOf(20_000, ...says)).toEqual([itself, []]);
  });

  it("are members that may seek the node, until one of their looks went by", () => {
    const says = [{ ...deaf, ...maybe }, maybe, { ...deaf, ...maybe }, maybe];
    expect(awaitedOf(0, ...says)).toEqual([itself, itself, itself, []]);
    // It did seek the node, and is connected.
    const found = [itself, itself, itself, itself, []];
    expect(awaitedOf(0, ...says.slice(0, 3), deaf, {})).toEqual(found);
    expect(awaitedOf(0, maybe, {})).toEqual([itself, []]);
  });
});
