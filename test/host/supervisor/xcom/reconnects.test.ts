import { describe, expect, it } from "vitest";
import {
  ConnectionAttempts,
  ReconnectSchedule,
  type LinkState,
} from "../../../../host/supervisor/xcom/reconnects";
import { member, outside } from "../support/node-state";

const three = member("db-1", "PRIMARY", { members: ["db-1", "db-2", "db-3"] });
const two = member("db-1", "PRIMARY", { members: ["db-1", "db-3"] });
const connected = () => true;
const alone = () => false;
const noGroup = { connectingTo: [], maybeConnectingTo: [] };

function soughtOf(): ConnectionAttempts {
  return new ConnectionAttempts(["db-2", "db-3"]);
}

/** Connected to db-3, and to db-2 as it is said. */
function toDb2(is: boolean) {
  return (node: string) => node === "db-3" || is;
}

describe("ConnectionAttempts", () => {
  it("has a member that was lost together with its connection, also once it is removed", () => {
    const connectingTo = soughtOf();
    expect(connectingTo.see(three, [], connected).connectingTo).toEqual([]);
    expect(connectingTo.see(three, ["db-2"], toDb2(false)).connectingTo).toEqual(["db-2"]);
    expect(connectingTo.see(two, [], toDb2(false)).connectingTo).toEqual(["db-2"]);
  });

  it("has none that said that it leaves, nor one that is connected to", () => {
    const connectingTo = soughtOf();
    connectingTo.see(three, [], connected);
    expect(connectingTo.see(two, [], connected)).toEqual(noGroup);
    expect(connectingTo.see(two, [], toDb2(false))).toEqual(noGroup);
    expect(soughtOf().see(three, ["db-2"], connected)).toEqual(noGroup);
  });

  it("may have one whose connection ended after it was removed", () => {
    const connectingTo = soughtOf();
    connectingTo.see(three, [], connected);
    connectingTo.see(three, ["db-2"], connected);
    expect(connectingTo.see(two, [], connected)).toEqual(noGroup);
    const maybe = { connectingTo: [], maybeConnectingTo: ["db-2"] };
    expect(connectingTo.see(two, [], toDb2(false))).toEqual(maybe);
    expect(connectingTo.see(two, [], toDb2(false))).toEqual(maybe);
    expect(connectingTo.see(two, [], connected)).toEqual(noGroup);
  });

  it("forgets one that it has connected to, and may have it again once that ended", () => {
    const connectingTo = soughtOf();
    connectingTo.see(three, ["db-2"], toDb2(false));
    expect(connectingTo.see(two, [], connected)).toEqual(noGroup);
    expect(connectingTo.see(two, [], toDb2(false))).toEqual({
      connectingTo: [],
      maybeConnectingTo: ["db-2"],
    });
  });

  it("forgets one that is back, and all once it is out of the group itself", () => {
    const connectingTo = soughtOf();
    connectingTo.see(three, ["db-2"], toDb2(false));
    expect(connectingTo.see(three, [], connected)).toEqual(noGroup);
    connectingTo.see(three, ["db-2"], toDb2(false));
    expect(connectingTo.see(outside("db-1"), [], alone)).toEqual(noGroup);
  });
});

const nodes = ["db-2", "db-3"];

/** ReconnectSchedule of a member that lost db-3 at 0, and what its connection to it is from then on. */
function since(
  nowMs: number,
  linkAt: (ms: number) => LinkState = () => "none",
  stepMs = 100,
): ReconnectSchedule {
  const looks = new ReconnectSchedule();
  looks.see(nodes, () => "read", -stepMs);
  for (let ms = 0; ms <= nowMs; ms += stepMs) {
    looks.see(nodes, (node) => (node === "db-2" ? "read" : linkAt(ms)), ms);
  }
  return looks;
}

describe("ReconnectSchedule", () => {
  it("come later and later after a loss, and in the end every ten seconds", () => {
    expect(since(0).inMs("db-3", 0)).toBe(100);
    expect(since(200).inMs("db-3", 200)).toBe(1_000);
    expect(since(1_200).inMs("db-3", 1_200)).toBe(2_100);
    expect(since(6_400).inMs("db-3", 6_400)).toBe(4_100);
    // 0.1 + 1.1 + ... + 9.1 s, then ten seconds each.
    expect(since(46_000).inMs("db-3", 46_000)).toBe(10_000);
    expect(since(56_000).inMs("db-3", 56_000)).toBe(10_000);
  });

  it("are not needed with a node that is connected to, nor known of one that never was", () => {
    const looks = since(200);
    expect(looks.inMs("db-2", 200)).toBeUndefined();
    expect(new ReconnectSchedule().inMs("db-2", 200)).toBeUndefined();
  });

  it("keep their time while a connection is there again, until one of them finds it", () => {
    const linkAt = (ms: number) => (ms < 4_000 ? "none" : ms < 6_400 ? "unread" : "read");
    expect(since(4_400, linkAt).inMs("db-3", 4_400)).toBe(2_000);
    expect(since(6_400, linkAt).inMs("db-3", 6_400)).toBeUndefined();
  });

  it("miss a connection that comes at the same moment", () => {
    const missed = (ms: number) => (ms < 6_400 ? "none" : "unread");
    expect(since(7_000, missed).inMs("db-3", 7_000)).toBe(3_500);
    const found = (ms: number) => (ms < 6_400 ? "none" : "read");
    expect(since(6_400, found).inMs("db-3", 6_400)).toBe(4_100);
    expect(since(6_500, found).inMs("db-3", 6_500)).toBeUndefined();
  });

  it("keep their time also through a connection that was lost before", () => {
    const linkAt = (ms: number) => (ms >= 4_000 && ms < 5_000 ? "unread" : "none");
    expect(since(6_000, linkAt).inMs("db-3", 6_000)).toBe(400);
  });

  it("begin anew with the next loss", () => {
    const linkAt = (ms: number) => (ms >= 4_000 && ms < 8_000 ? "read" : "none");
    expect(since(8_000, linkAt).inMs("db-3", 8_000)).toBe(100);
  });

  it("end with the XCom that looks", () => {
    const looks = since(200);
    looks.forget();
    looks.see(nodes, () => "none", 300);
    expect(looks.inMs("db-3", 300)).toBeUndefined();
  });
});
