import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  edgeFault,
  edgeLine,
  edgeStates,
  holderOf,
  loadBalancers,
  switchEdge,
  type EdgeState,
} from "../../../scripts/operate/edge";
import { outputsWith } from "./support/nodes";

const stack = vi.hoisted(() => ({
  /** Commands, each with its node; those of `status` left out. */
  told: [] as string[],
  answer: (_node: string, _words: string): string => "",
}));
vi.mock("../../../scripts/operate/ssh", () => ({
  runOnNode: async (_outputs: unknown, node: string, command: string) => {
    const words = command.replace("sudo node /usr/local/lib/webstack/edge.js ", "");
    if (words !== "status") stack.told.push(`${node} ${words}`);
    return stack.answer(node, words);
  },
}));
vi.mock("node:timers/promises", () => ({ setTimeout: async () => undefined }));

const outputs = outputsWith("lb-1", "lb-2", "web-1");

function state(mover: Partial<NonNullable<EdgeState["mover"]>>, different = {}): EdgeState {
  const quiet = { vrrpSince: "10:00", holds: false, watching: false, recentMoves: 0 };
  return {
    healthy: true,
    draining: false,
    mover: { vrrp: "BACKUP", apiFailures: 0, ...quiet, ...mover },
    ...different,
  };
}
const holder = state({ vrrp: "MASTER", holds: true, heldSince: "09:00", why: "first boot" });

/** Lets the nodes say these states; the address moves with `take`. */
function edgesSay(states: Record<string, EdgeState | undefined>): void {
  stack.answer = (node, words) => {
    if (words === "take") Object.assign(states, { "lb-1": state({}), "lb-2": holder });
    const found = states[node];
    if (words === "status" && !found) throw new Error("no route");
    return JSON.stringify(found);
  };
}
beforeEach(() => {
  stack.told = [];
});

describe("edgeStates", () => {
  it("asks the load balancers alone, and has nothing of one that does not answer", async () => {
    edgesSay({ "lb-1": holder, "web-1": holder });
    expect(loadBalancers(outputs)).toEqual(["lb-1", "lb-2"]);
    expect([...(await edgeStates(outputs))]).toEqual([
      ["lb-1", holder],
      ["lb-2", undefined],
    ]);
  });

  it("refuses an answer of another shape", async () => {
    stack.answer = () => '{"healthy":"yes"}';
    await expect(edgeStates(outputs)).rejects.toThrow("healthy");
  });
});

describe("holderOf", () => {
  it("is the node that says it has the address", () => {
    expect(
      holderOf(
        new Map([
          ["lb-1", state({})],
          ["lb-2", holder],
        ]),
      ),
    ).toBe("lb-2");
  });

  it("is the master, if a standby has not read yet that the address is gone", () => {
    const former = state({ holds: true });
    expect(holderOf(new Map([["lb-1", former]]))).toBe("lb-1");
    const both: [string, EdgeState][] = [
      ["lb-1", former],
      ["lb-2", holder],
    ];
    expect(holderOf(new Map(both))).toBe("lb-2");
  });

  it("is undefined where none says so", () => {
    const silent = { healthy: true, draining: false };
    expect(
      holderOf(
        new Map([
          ["lb-1", undefined],
          ["lb-2", silent],
        ]),
      ),
    ).toBeUndefined();
  });
});

describe("edgeLine", () => {
  it.each([
    [undefined, "lb-1  does not answer"],
    [holder, "lb-1  has the address since 09:00: first boot; MASTER since 10:00; HAProxy healthy"],
    [
      state({ vrrp: "MASTER", watching: true, apiFailures: 3 }, { healthy: false, draining: true }),
      "lb-1  does not have the address; MASTER since 10:00; HAProxy NOT healthy; draining; " +
        "master, but leaves the address where it serves; API failed 3 times in a row",
    ],
    [
      state({ vrrp: "MASTER", apiFailures: 2, apiFailure: "assign: token may only read" }),
      "lb-1  does not have the address; MASTER since 10:00; HAProxy healthy; " +
        "API failed 2 times in a row: assign: token may only read",
    ],
    [
      { healthy: true, draining: false },
      "lb-1  does not have the address; unknown since -; HAProxy healthy",
    ],
  ])("of %j", (one, line) => {
    expect(edgeLine("lb-1", one)).toBe(line);
  });
});

describe("switchEdge", () => {
  const switched = () => switchEdge(outputs, "lb-1", "lb-2", () => undefined);

  it("drains, moves and then lets the old holder take part again", async () => {
    edgesSay({ "lb-1": holder, "lb-2": state({}) });
    await switched();
    expect(stack.told).toEqual([
      "lb-1 drain on",
      "lb-2 take",
      "lb-1 step-down on",
      "lb-1 step-down off",
      "lb-1 drain off",
    ]);
  });

  it("makes a master take the address that it left where it served", async () => {
    const left = state({ vrrp: "MASTER", watching: true });
    edgesSay({ "lb-1": state({ holds: true }), "lb-2": left });
    await switched();
    expect(stack.told.slice(0, 3)).toEqual(["lb-1 drain on", "lb-1 step-down on", "lb-2 take"]);
  });

  it.each([
    ["does not answer", undefined],
    ["is a master that takes the address already", state({ vrrp: "MASTER" })],
    ["is not healthy", state({}, { healthy: false })],
    ["is no standby", state({ vrrp: "FAULT" })],
    ["has no mover", { healthy: true, draining: false }],
  ])("touches nothing if the other node %s", async (_, target) => {
    edgesSay({ "lb-1": holder, "lb-2": target });
    await expect(switched()).rejects.toThrow("lb-2 must be a healthy standby; lb-2  ");
    expect(stack.told).toEqual([]);
  });

  it("touches nothing if the other node lacks a certificate", async () => {
    const certified = (ends: Record<string, { validUntil?: string }>) => ({
      certificates: { orders: true, names: ends },
    });
    const held = {
      ...holder,
      ...certified({ "a.example": { validUntil: "2999-01-01T00:00:00Z" } }),
    };
    edgesSay({ "lb-1": held, "lb-2": state({}, certified({ "a.example": {} })) });
    await expect(switched()).rejects.toThrow("lb-2 has no valid certificate for a.example");
    expect(stack.told).toEqual([]);
  });

  it("lets the old holder serve as before if the move fails", async () => {
    edgesSay({ "lb-1": holder, "lb-2": state({}) });
    const { answer } = stack;
    stack.answer = (node, words) => {
      if (words === "take") throw new Error("the API does not answer");
      return answer(node, words);
    };
    await expect(switched()).rejects.toThrow("the API does not answer");
    expect(stack.told.slice(-2)).toEqual(["lb-1 step-down off", "lb-1 drain off"]);
  });
});

describe("the fault of the load balancers", () => {
  it("is that none has the address, or one whose HAProxy is not healthy", () => {
    const standby = state({});
    const states = (one: EdgeState) =>
      new Map([
        ["lb-1", one],
        ["lb-2", standby],
      ]);
    expect(edgeFault(states(holder))).toBeUndefined();
    expect(edgeFault(states(standby))).toBe("no load balancer says that it has the address");
    expect(edgeFault(states({ ...holder, healthy: false }))).toBe(
      "lb-1 has the address, and its HAProxy is not healthy",
    );
  });
});
