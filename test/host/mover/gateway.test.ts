import { describe, expect, it } from "vitest";
import { type Answer, Gateway, followsRoute, hasAddress } from "../../../host/mover/gateway";
import { initialState } from "../../../host/mover/state";

/** A gateway whose requests get the answers in turn. */
async function followed(answers: (Answer | Error)[], isWanted = () => true) {
  const log: string[] = [];
  let requests = 0;
  const ask = async () => {
    requests++;
    const answer = answers.shift() ?? "here";
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const gateway = new Gateway(ask, (_, text) => void log.push(text), 0);
  gateway.follow(isWanted);
  gateway.follow(isWanted);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { requests, log };
}

describe("the mover's gateway", () => {
  it("asks once when the route leads here", async () => {
    expect(await followed(["here"])).toEqual({ requests: 1, log: [] });
  });

  it("asks until the route leads here, also after a failure", async () => {
    expect(await followed(["moving", new Error("no broker"), "here"])).toEqual({
      requests: 3,
      log: ["the default route: no broker", "the default route of the private network leads here"],
    });
  });

  it("stops when the address is gone", async () => {
    let left = 2;
    const { requests } = await followed(Array(9).fill("moving") as Answer[], () => left-- > 0);
    expect(requests).toBe(2);
  });
});

describe("the route", () => {
  const idle = initialState(11, 12, true);
  const owner = { type: "owner", serverId: 11, nowMs: 0 } as const;

  it("follows at once when the address is being taken", () => {
    const state = { ...idle, owner: 12, busy: "assign" as const };
    const tick = { type: "tick", nowMs: 0 } as const;
    expect(followsRoute(state, tick, [{ type: "assign", reason: "" }])).toBe(true);
    expect(hasAddress(state)).toBe(true);
  });

  it("is checked at each read of the owner, on the owner alone", () => {
    expect(followsRoute({ ...idle, owner: 11 }, owner, [])).toBe(true);
    expect(followsRoute({ ...idle, owner: 12 }, owner, [])).toBe(false);
  });
});
