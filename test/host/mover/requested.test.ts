import { describe, expect, it } from "vitest";
import { operatorOrderMs } from "../../../host/mover/limits";
import { owner, peer, play, serving, standby, vrrp, watching } from "./play";

describe("a broker's word that the address went elsewhere", () => {
  it("makes the master read the owner at once, and take back what was taken from it", () => {
    expect(play(serving(true), { type: "moved" }).deeds).toEqual(["read-owner"]);
    expect(play(serving(true), { type: "moved" }, owner(peer)).deeds).toEqual(["assign"]);
    expect(play(serving(false), { type: "moved" }, owner(peer)).deeds).toEqual(["probe-peer"]);
  });

  it("changes nothing for a standby", () => {
    expect(play(standby(), { type: "moved" }).deeds).toEqual([]);
  });
});

describe("an operator's wish", () => {
  it("takes the address from a peer that serves, without asking it", () => {
    const requested = play(standby(), { type: "requested" }, vrrp("MASTER"));
    expect(requested.deeds).toEqual(["assign"]);
    expect(requested.log.map(({ text }) => text)).toContain(
      "taking the address: an operator ordered it",
    );
  });

  it("makes a master take the address that it left with the other one", () => {
    expect(play(watching(), { type: "requested" }).deeds).toEqual(["assign"]);
  });

  it("waits until this node is master, and not for ever", () => {
    expect(play(standby(), { type: "requested" }).deeds).toEqual([]);
    const late = play(
      standby(),
      [1_000, { type: "requested" }],
      [1_000 + operatorOrderMs, vrrp("MASTER")],
    );
    expect(late.deeds).toEqual(["probe-peer"]);
  });

  it("is done with one move", () => {
    const done = play(standby(), { type: "requested" }, vrrp("MASTER"), { type: "assigned" });
    expect(done.deeds).toEqual(["wake"]);
    expect(done.state.askedUntilMs).toBe(0);
  });

  it("changes nothing where the address is already", () => {
    expect(play(serving(), { type: "requested" }).deeds).toEqual(["wake"]);
  });
});
