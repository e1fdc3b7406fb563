import { describe, expect, it } from "vitest";
import type { SwitchAnswer } from "../../../../host/supervisor/actions/planned-switch";
import { forwardedMs, RequestedSwitch } from "../../../../host/supervisor/actions/requested-switch";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member } from "../support/node-state";

const names = ["db-1", "db-2", "db-3", "db-4", "db-5"];
const isMade = (to: string): SwitchAnswer => ({ status: 200, body: { to } });
const isRefused: SwitchAnswer = { status: 409, body: { refusal: "not ONLINE" } };

/** The supervisor of db-1 in a group of five, and the switches that it requested. */
function requester({
  primary = "db-4",
  states = {} as Record<string, Partial<NodeState>>,
  isStale = false,
  /** Answers of the primary, by heir. */
  answers = (to: string): unknown => isMade(to),
}) {
  const asked: string[] = [];
  const stateOf = (name: string) =>
    member(name, name === primary ? "PRIMARY" : "SECONDARY", { members: names, ...states[name] });
  const tested = new RequestedSwitch({
    planned: {
      request: (body) => {
        asked.push(`here ${JSON.stringify(body)}`);
        return Promise.resolve(answers((body as { to: string } | undefined)?.to ?? "") as never);
      },
    },
    self: () => (isStale ? undefined : stateOf("db-1")),
    peers: () => names.slice(1).map(stateOf),
    askPeer: (node, path, body, longestMs) => {
      expect(longestMs).toBe(forwardedMs);
      asked.push(`${node} ${path} ${JSON.stringify(body)}`);
      return Promise.resolve(answers((body as { to: string }).to));
    },
  });
  return { tested, asked };
}

const wish = { to: "db-3", among: ["db-2", "db-3"] };

describe("a request for another primary", () => {
  it("goes to the primary's supervisor, if the primary is none of the nodes that stay", async () => {
    const { tested, asked } = requester({});
    expect(await tested.request(wish)).toEqual(isMade("db-3"));
    expect(asked).toEqual(['db-4 /hand-over {"to":"db-3"}']);
  });

  it("is carried out here, if this node is the primary", async () => {
    const { tested, asked } = requester({ primary: "db-1" });
    expect(await tested.request(wish)).toEqual(isMade("db-3"));
    expect(asked).toEqual(['here {"to":"db-3"}']);
  });

  it("changes nothing if a node that stays is the primary", async () => {
    const { tested, asked } = requester({ primary: "db-2" });
    const refusal = "db-2 is the primary already";
    expect(await tested.request(wish)).toEqual({ status: 409, body: { refusal } });
    expect(asked).toEqual([]);
  });

  it("goes on to another node that stays, if the wanted one cannot be the primary", async () => {
    const answers = (to: string) => (to === "db-3" ? isRefused : isMade(to));
    const { tested, asked } = requester({ answers });
    expect(await tested.request(wish)).toEqual(isMade("db-2"));
    expect(asked).toHaveLength(2);
    expect(await requester({ answers: () => isRefused }).tested.request(wish)).toEqual(isRefused);
  });

  it("tries no second node after a switch that failed on the way", async () => {
    const failed: SwitchAnswer = { status: 502, body: { refusal: "MySQL hangs" } };
    const { tested, asked } = requester({ answers: () => failed });
    expect(await tested.request(wish)).toEqual(failed);
    expect(asked).toHaveLength(1);
  });

  it.each([[undefined], [{}], ["x"], [{ status: 200 }], [{ status: 500, body: {} }]])(
    "fails if the primary answers %j, as an earlier supervisor or a dead host does",
    async (answer) => {
      const { tested, asked } = requester({ answers: () => answer });
      const refusal = "db-4 does not hand over";
      expect(await tested.request(wish)).toEqual({ status: 502, body: { refusal } });
      expect(asked).toHaveLength(1);
    },
  );

  it.each<[string, Parameters<typeof requester>[0]]>([
    ["there is no primary", { primary: "nobody" }],
    ["the primary has no majority", { states: { "db-4": { majority: false } } }],
    ["the primary is of another group", { states: { "db-4": { groupId: "other" } } }],
    ["this node's MySQL does not answer", { isStale: true }],
  ])("is refused at once if %s", async (_, node) => {
    const { tested, asked } = requester(node);
    expect(await tested.request(wish)).toMatchObject({ status: 409 });
    expect(asked).toEqual([]);
  });

  it.each([[{ to: "db-3", among: "db-3" }], [{ to: 3, among: [] }], [{ to: "db-3", among: [3] }]])(
    "is refused as %j",
    async (body) => {
      const { tested, asked } = requester({});
      const refusal = "to and among must name nodes";
      expect(await tested.request(body)).toEqual({ status: 409, body: { refusal } });
      expect(asked).toEqual([]);
    },
  );

  it("is for this node alone without a list, as before the stop of MySQL", async () => {
    const { tested, asked } = requester({ answers: () => isRefused });
    expect(await tested.request(undefined)).toEqual(isRefused);
    expect(await tested.request({ to: "db-3" })).toEqual(isRefused);
    expect(asked).toEqual(["here undefined", 'here {"to":"db-3"}']);
  });
});
