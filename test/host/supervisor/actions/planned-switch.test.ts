import { describe, expect, it } from "vitest";
import { longestSwitchMs, PlannedSwitch } from "../../../../host/supervisor/actions/planned-switch";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { TimeoutError } from "../../../../host/supervisor/mysql";
import { member } from "../support/node-state";

const members = ["db-1", "db-2", "db-3"];

/** A primary db-1 with two peers on a clock that only its waits move, and what was done. */
function primary({
  self = {} as Partial<NodeState>,
  peer = {} as Partial<NodeState>,
  askedAfterMs = 300,
  /** State of single peers, by name. */
  peersBy = {} as Record<string, Partial<NodeState>>,
  /** How the statement of the switch ends, after which time. */
  switching = () => ({ takesMs: 100, error: undefined as Error | undefined }),
  sessions = () => Promise.resolve([] as string[][]),
}) {
  let nowMs = 1_000;
  let role: "PRIMARY" | "SECONDARY" = "PRIMARY";
  const done: string[] = [];
  const waits: { atMs: number; go: () => void }[] = [];
  const pause = (ms: number) =>
    new Promise<void>((go) => void waits.push({ atMs: nowMs + ms, go }));
  const query = async (sql: string): Promise<string[][]> => {
    if (!sql.includes("set_as_primary")) return sessions();
    done.push(`switch to ${/10\.0\.4\.1\d/.exec(sql)![0]} announced: ${tested.isAnnounced()}`);
    const { takesMs, error } = switching();
    await pause(takesMs);
    if (error) throw error;
    role = "SECONDARY";
    return [];
  };
  const tested = new PlannedSwitch({
    session: () => ({ query, abandon: () => done.push("closed") }),
    self: () => member("db-1", role, { members, ...self }),
    peers: () =>
      ["db-2", "db-3"].map((node) =>
        member(node, "SECONDARY", { members, ...peer, ...peersBy[node] }),
      ),
    addressOf: (name) => `10.0.4.1${name.at(-1)}`,
    allAskedSince: (sinceMs) => nowMs - sinceMs >= askedAfterMs,
    nowMs: () => nowMs,
    pause,
  });
  /** Lets time pass until the request is answered. */
  const answered = async <T>(request: Promise<T>): Promise<T> => {
    let isOver = false;
    const end = request.finally(() => (isOver = true));
    while (!isOver) {
      await new Promise(setImmediate);
      const [next] = waits.sort((a, b) => a.atMs - b.atMs).splice(0, 1);
      if (!next) continue;
      nowMs = Math.max(nowMs, next.atMs);
      next.go();
    }
    return end;
  };
  return { tested, answered, done, now: () => nowMs, pass: (ms: number) => (nowMs += ms) };
}

describe("a planned switch", () => {
  it("is announced until the role is gone, and waits until every proxy has asked", async () => {
    const { tested, answered, done, now } = primary({ askedAfterMs: 450 });
    expect(tested.isAnnounced()).toBe(false);
    const request = tested.request({ to: "db-3" });
    expect(tested.isAnnounced()).toBe(true);
    expect(await answered(request)).toEqual({ status: 200, body: { to: "db-3" } });
    expect(done).toEqual(["switch to 10.0.4.13 announced: true", "closed", "closed"]);
    expect(now()).toBeGreaterThanOrEqual(1_000 + 450);
    expect(tested.isAnnounced()).toBe(false);
  });

  it("takes the member with the faster disk, then the one with the newer data, if none is named", async () => {
    const slow = primary({ peersBy: { "db-2": { commitMs: 900 } } });
    expect(await slow.answered(slow.tested.request(undefined))).toMatchObject({
      body: { to: "db-3" },
    });
    const late = primary({ peersBy: { "db-2": { dataAgeMs: 5_000 } } });
    expect(await late.answered(late.tested.request(undefined))).toMatchObject({
      body: { to: "db-3" },
    });
  });

  it("is refused for an heir that is no name", async () => {
    expect(await primary({}).tested.request({ to: 5 })).toMatchObject({ status: 409 });
  });

  it("takes any able member if none is named, and does not wait for a proxy for ever", async () => {
    const { tested, answered, now } = primary({ askedAfterMs: Infinity });
    expect(await answered(tested.request(undefined))).toMatchObject({ body: { to: "db-2" } });
    expect(now()).toBeLessThan(1_000 + 1_500);
  });

  it.each<[string, Parameters<typeof primary>[0], unknown, string]>([
    ["a secondary", { self: { member: { state: "ONLINE", role: "SECONDARY" } } }, {}, "primary"],
    ["a primary without a majority", { self: { majority: false } }, {}, "majority"],
    ["a node that is alone", { self: { members: ["db-1"] } }, {}, "majority"],
    ["itself as the heir", {}, { to: "db-1" }, "ONLINE"],
    ["a stranger as the heir", {}, { to: "db-9'; DROP" }, "ONLINE"],
    [
      "an heir that recovers",
      { peer: { member: { state: "RECOVERING", role: "" } } },
      {},
      "ONLINE",
    ],
    ["an heir of another group", { peer: { groupId: "other" } }, { to: "db-2" }, "ONLINE"],
    ["an heir with a full disk", { peer: { diskFull: true } }, { to: "db-2" }, "ONLINE"],
  ])("is refused for %s, and nothing is announced", async (_, node, body, reason) => {
    const { tested, answered, done } = primary(node);
    const answer = await answered(tested.request(body));
    expect(answer).toMatchObject({
      status: 409,
      body: { refusal: expect.stringContaining(reason) },
    });
    expect(tested.isAnnounced()).toBe(false);
    expect(done).toEqual([]);
  });

  it("refuses a second request while the first is under way, which is not disturbed", async () => {
    const { tested, answered, done } = primary({});
    const first = tested.request({ to: "db-2" });
    const refusal = "a switch is under way";
    expect(await tested.request({ to: "db-3" })).toEqual({ status: 409, body: { refusal } });
    expect(await answered(first)).toMatchObject({ status: 200 });
    expect(done.filter((line) => line.startsWith("switch"))).toHaveLength(1);
  });

  it("ends its announcement when MySQL fails, and may be requested again", async () => {
    let error: Error | undefined = new Error("the heir is gone");
    const { tested, answered } = primary({ switching: () => ({ takesMs: 50, error }) });
    const refused = { status: 502, body: { refusal: "the heir is gone" } };
    expect(await answered(tested.request({}))).toEqual(refused);
    expect(tested.isAnnounced()).toBe(false);
    error = undefined;
    expect(await answered(tested.request({}))).toMatchObject({ status: 200 });
  });

  it("announces no longer than its bound, even if MySQL never answers", () => {
    const { tested, pass } = primary({});
    void tested.request({});
    pass(15_999);
    expect(tested.isAnnounced()).toBe(true);
    pass(1);
    expect(tested.isAnnounced()).toBe(false);
  });

  it("answers within its bound, even if MySQL gives up late and no poll shows the end", async () => {
    const late = new TimeoutError("MySQL does not answer");
    const hangs = primary({
      askedAfterMs: Infinity,
      switching: () => ({ takesMs: 12_000, error: late }),
    });
    expect(await hangs.answered(hangs.tested.request({}))).toMatchObject({ status: 502 });
    expect(hangs.now()).toBeLessThan(1_000 + longestSwitchMs);
    const unseen = primary({
      ...{ askedAfterMs: Infinity, self: { member: { state: "ONLINE", role: "PRIMARY" } } },
      switching: () => ({ takesMs: 11_999, error: undefined }),
    });
    expect(await unseen.answered(unseen.tested.request({}))).toMatchObject({ status: 200 });
    expect(unseen.now()).toBeGreaterThan(1_000 + 15_000);
    expect(unseen.now()).toBeLessThan(1_000 + longestSwitchMs);
  });

  it("goes on if sessions cannot be ended", async () => {
    const hangs = () => Promise.reject(new TimeoutError("MySQL does not answer"));
    const { tested, answered } = primary({ sessions: hangs });
    expect(await answered(tested.request({}))).toMatchObject({ status: 200 });
  });
});
