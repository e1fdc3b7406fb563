import { describe, expect, it } from "vitest";
import { refusedBackOffMs } from "../../../host/mover/limits";
import { step } from "../../../host/mover/machine";
import { statusAfter } from "../../../host/mover/status";
import { HeldAddresses } from "../../../host/mover/held-addresses";
import { failed, owner, peer, play, probed, self, standby, vrrp } from "./play";

const refusal = failed({ reason: "the token may only read", refused: true, random: 0 });

/** Calls to the API within an hour, of a master whose assigns are all refused while its reads succeed. */
function hourOfRefusals() {
  let now = 1_000;
  let { state, effects } = step(standby(), { type: "vrrp", state: "MASTER", nowMs: now });
  let calls = 0;
  while (now < 3_601_000) {
    const effect = effects.find(({ type }) => type !== "log")!;
    const answer = () => {
      if (effect.type === "assign") return refusal;
      if (effect.type === "read-owner") return owner(peer);
      if (effect.type === "probe-peer") return probed(false);
      now += effect.type === "wake" ? effect.inMs : 0;
      return { type: "tick" } as const;
    };
    if (effect.type === "assign" || effect.type === "read-owner") calls += 1;
    const event = answer();
    if (event.type !== "tick") now += 20;
    ({ state, effects } = step(state, { ...event, nowMs: now } as Parameters<typeof step>[1]));
  }
  return { calls, state };
}

describe("assigns that the API refuses", () => {
  it("leave the project's calls to others, also when reads succeed in between", () => {
    expect(hourOfRefusals().calls).toBeLessThan(600);
  });

  it("stay in the status, with the reason, while reads succeed", () => {
    const { state } = hourOfRefusals();
    const { apiFailures, apiFailure } = statusAfter(undefined, state, undefined, "10:00");
    expect(apiFailures).toBeGreaterThan(100);
    expect(apiFailure).toBe("the token may only read");
  });

  const taking = () => play(standby(), vrrp("MASTER"), probed(false));

  it("are tried again at once after the first refusal", () => {
    expect(play(taking().state, refusal).inMs).toBe(refusedBackOffMs[0]);
  });

  const refusedTwice = () =>
    play(taking().state, refusal, [2_000, { type: "tick" }], owner(null), refusal).state;

  it("wait longer after each refusal", () => {
    expect(refusedTwice().refusals).toBe(2);
    expect(refusedTwice().notBeforeMs).toBe(2_000 + refusedBackOffMs[1]!);
  });

  it("are forgotten once one succeeds, or this node becomes master anew", () => {
    const again: [number, Parameters<typeof play>[1]] = [
      2_000 + refusedBackOffMs[1]!,
      { type: "tick" },
    ];
    const done = play(refusedTwice(), again as never, owner(null), { type: "assigned" }).state;
    expect([done.refusals, done.failure, done.owner]).toEqual([0, undefined, self]);
    const anew = play(refusedTwice(), vrrp("BACKUP"), vrrp("MASTER")).state;
    expect(anew.refusals).toBe(0);
  });

  it("do not keep an operator's order waiting", () => {
    const ordered = play({ ...refusedTwice(), owner: peer }, { type: "requested" });
    expect(ordered.deeds).toEqual(["assign"]);
  });
});

describe("an address that was deleted", () => {
  const held = new HeldAddresses([7, 8]);

  it("is told once, and holds up none of the others", () => {
    expect(held.onOwners([peer, undefined], self, 0)).toEqual([8]);
    expect(held.onOwners([peer, undefined], self, 10)).toEqual([]);
    expect(held.missing(20)).toEqual([7]);
  });

  it("is assigned again once it is back", () => {
    expect(held.onOwners([peer, null], self, 30)).toEqual([]);
    expect(held.missing(40)).toEqual([7, 8]);
  });
});
