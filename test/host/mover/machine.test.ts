import { describe, expect, it } from "vitest";
import { backOffMs, reconcileMs, watchMs } from "../../../host/mover/limits";
import {
  failed,
  fresh,
  owner,
  peer,
  play,
  probed,
  self,
  serving,
  standby,
  type Timeless,
  vrrp,
  watching,
} from "./play";

describe("a standby", () => {
  it("reads the owner once when it starts, and is quiet then", () => {
    expect(play(fresh(), { type: "start" }).deeds).toEqual(["read-owner"]);
    expect(play(fresh(), { type: "start" }, owner(peer)).deeds).toEqual([]);
  });

  it.each(["BACKUP", "FAULT", "STOP"] as const)("does nothing about the address in %s", (word) => {
    expect(play(standby(), vrrp(word)).deeds).toEqual([]);
    expect(play(serving(), vrrp(word)).deeds).toEqual(["wake"]);
  });

  it("that was master reads who has the address, until it has read that another server has", () => {
    const left = play(serving(false), vrrp("FAULT"));
    expect(left.inMs).toBe(reconcileMs);
    expect(left.state.owner).toBe(peer);
    const look = [1_000 + reconcileMs, { type: "tick" }] as [number, Timeless];
    expect(play(left.state, vrrp("BACKUP"), look).deeds).toEqual(["read-owner"]);
    expect(play(left.state, vrrp("BACKUP"), look, owner(peer)).deeds).toEqual([]);
  });

  it("with which the master left the address says that it has it, and looks whether it still has", () => {
    const look = [1_000 + reconcileMs, { type: "tick" }] as [number, Timeless];
    const found = play(serving(false), vrrp("FAULT"), vrrp("BACKUP"), look, owner(self));
    expect(found.state.owner).toBe(self);
    expect(found.inMs).toBe(reconcileMs);
    expect(play(found.state, { type: "moved" }).deeds).toEqual(["read-owner"]);
    expect(play(found.state, { type: "moved" }, owner(peer)).state.owner).toBe(peer);
  });

  it("without the API looks for its address half a minute later", () => {
    const look = [1_000 + reconcileMs, { type: "tick" }] as [number, Timeless];
    const { deeds, inMs } = play(serving(), vrrp("FAULT"), look, failed());
    expect([deeds, inMs]).toEqual([["wake"], reconcileMs]);
  });

  it("does not wait that long once it is master", () => {
    const { inMs } = play(fresh(), { type: "start" }, failed(), vrrp("MASTER"));
    expect(inMs).toBe(backOffMs[0]);
  });

  it("looks again half a minute after a start without the API", () => {
    const { deeds, inMs } = play(fresh(), { type: "start" }, failed());
    expect(deeds).toEqual(["wake"]);
    expect(inMs).toBe(reconcileMs);
  });
});

describe("a failover", () => {
  it("probes the owner, then makes one call: assign", () => {
    expect(play(standby(), vrrp("MASTER")).deeds).toEqual(["probe-peer"]);
    expect(play(standby(), vrrp("MASTER"), probed(false)).deeds).toEqual(["assign"]);
    const done = play(standby(), vrrp("MASTER"), probed(false), { type: "assigned" });
    expect(done.state.owner).toBe(self);
    expect(done.inMs).toBe(reconcileMs);
  });

  it("takes nothing if this node is no longer master when the probe ends", () => {
    expect(play(standby(), vrrp("MASTER"), vrrp("FAULT"), probed(false)).deeds).toEqual(["wake"]);
  });

  it("reads the owner first when nothing is known, and takes what nobody has", () => {
    expect(play(fresh(), vrrp("MASTER")).deeds).toEqual(["read-owner"]);
    expect(play(fresh(), vrrp("MASTER"), owner(null)).deeds).toEqual(["assign"]);
    expect(play(fresh(), vrrp("MASTER"), owner(99)).deeds).toEqual(["assign"]);
  });

  it("calls nothing but the reader when the address is here already", () => {
    const { deeds, inMs } = play(fresh(), vrrp("MASTER"), owner(self));
    expect(deeds).toEqual(["wake"]);
    expect(inMs).toBe(reconcileMs);
  });

  it("does not believe that it still has the address after it was in fault", () => {
    const { deeds } = play(serving(), vrrp("FAULT"), vrrp("MASTER"));
    expect(deeds).toEqual(["probe-peer"]);
  });

  it("goes on when keepalived repeats its state after a reload", () => {
    expect(play(standby(), vrrp("MASTER"), vrrp("MASTER")).deeds).toEqual([]);
    expect(play(serving(), vrrp("MASTER")).deeds).toEqual(["wake"]);
  });
});

describe("two masters", () => {
  it("leave the address where it serves, and say so once", () => {
    const quiet = play(standby(), vrrp("MASTER"), probed(true), owner(peer));
    expect(quiet.deeds).toEqual(["wake"]);
    expect(quiet.inMs).toBe(watchMs);
    expect(quiet.log.map(({ level }) => level)).toEqual([4]);
    const again = play(watching(), [2_000, { type: "tick" }], probed(true));
    expect(again.log).toEqual([]);
  });

  it("notice the end of the one that serves, without a word of keepalived", () => {
    const events: (Timeless | [number, Timeless])[] = [[2_000, { type: "tick" }]];
    events.push(probed(false), probed(false));
    expect(play(watching(), ...events).deeds).toEqual(["probe-peer"]);
    expect(play(watching(), ...events, probed(false)).deeds).toEqual(["assign"]);
  });

  it("forget a single lost probe", () => {
    const { state } = play(watching(), [2_000, { type: "tick" }], probed(false), probed(true));
    expect(state.misses).toBe(0);
    expect(state.busy).toBeUndefined();
  });

  it("give the address to the preferred one if it was moved away from it", () => {
    const look = [reconcileMs + 1_000, { type: "tick" }] as [number, Timeless];
    expect(play(serving(true), look, owner(peer)).deeds).toEqual(["assign"]);
    expect(play(serving(false), look, owner(peer)).deeds).toEqual(["probe-peer"]);
  });

  it("take a moved address back from a stranger, preferred or not", () => {
    const look = [reconcileMs + 1_000, { type: "tick" }] as [number, Timeless];
    for (const preferred of [true, false]) {
      expect(play(serving(preferred), look, owner(99)).deeds).toEqual(["assign"]);
      expect(play(serving(preferred), look, owner(null)).deeds).toEqual(["assign"]);
    }
  });
});

describe("a failing API", () => {
  it("is tried again for ever, ever later up to 2 seconds", () => {
    let state = play(standby(), vrrp("MASTER"), probed(false)).state;
    const waits: number[] = [];
    let now = 1_000;
    for (let n = 0; n < 50; n++) {
      const result = play(state, [now, failed()]);
      waits.push(result.inMs!);
      now += result.inMs!;
      const retried = play(result.state, [now, { type: "tick" }], probed(false));
      expect(retried.deeds).toEqual(["assign"]);
      state = retried.state;
    }
    expect(waits.slice(0, 6)).toEqual([180, 360, 720, 1_440, 1_800, 1_800]);
    expect(waits.at(-1)).toBe(1_800);
  });

  it("is asked up to a fifth earlier than the longest wait", () => {
    const begun = play(standby(), vrrp("MASTER"), probed(false)).state;
    expect(play(begun, failed({ random: 0 })).inMs).toBe(200);
    expect(play(begun, failed({ random: 1 })).inMs).toBe(160);
  });

  it("is left alone as long as it asks", () => {
    const begun = play(standby(), vrrp("MASTER"), probed(false)).state;
    const { state, inMs } = play(begun, failed({ retryAfterMs: 7_000 }));
    expect(inMs).toBe(7_000);
    expect(play(state, [7_999, { type: "tick" }]).inMs).toBe(1);
  });

  it("that refuses makes the owner unknown", () => {
    const begun = play(standby(), vrrp("MASTER"), probed(false)).state;
    const { state, inMs } = play(begun, failed({ refused: true }));
    expect(play(state, [1_000 + inMs!, { type: "tick" }]).deeds).toEqual(["read-owner"]);
  });
});
