import { describe, expect, it, vi } from "vitest";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import {
  XcomReachability,
  linksTo,
  linksIn,
} from "../../../../host/supervisor/xcom/xcom-reachability";
import { member, outside } from "../support/node-state";

const [db2, db3] = ["10.0.4.12", "10.0.4.13"];
const others = [
  { name: "db-2", privateIp: db2 },
  { name: "db-3", privateIp: db3 },
];
const three = member("db-1", "PRIMARY", { members: ["db-1", "db-2", "db-3"] });
const two = member("db-1", "PRIMARY", { members: ["db-1", "db-2"] });

/** A member that was connected to both others, and what it is connected to from then on. */
async function reaching() {
  const there = [db2, db3].map((address) => ({ address, unread: false }));
  let looks = 0;
  const reach = new XcomReachability(others, async () => {
    looks += 1;
    return [...there];
  });
  await reach.look(three, [], -100);
  return {
    reach,
    lose: () => there.pop(),
    find: (unread = true) => there.push({ address: db3, unread }),
    read: () => (there[1] = { address: db3, unread: false }),
    looks: () => looks,
  };
}

describe("Reach", () => {
  it("is deaf to nobody as long as all are there, and does not look at the connections", async () => {
    const { reach, looks } = await reaching();
    expect(await reach.look(three, [], 0)).toEqual({
      connectingTo: [],
      maybeConnectingTo: [],
      notReading: [],
    });
    expect(looks()).toBe(0);
  });

  it("is deaf to a lost node but for the time before XCom looks for it", async () => {
    const { reach, lose } = await reaching();
    lose();
    const deafAt = async (ms: number) => (await reach.look(two, [], ms)).notReading;
    expect(await deafAt(0)).toEqual(["db-3"]);
    expect(await deafAt(6_500)).toEqual(["db-3"]);
    // The next look is at 10.5 s.
    expect(await deafAt(8_100)).toEqual(["db-3"]);
    expect(await deafAt(8_300)).toEqual([]);
    expect(await deafAt(9_100)).toEqual([]);
    expect(await deafAt(9_300)).toEqual(["db-3"]);
  });

  it("knows when a node is lost that left before", async () => {
    const { reach, lose } = await reaching();
    const deafAt = async (ms: number) => (await reach.look(two, [], ms)).notReading;
    expect(await deafAt(0)).toEqual([]);
    lose();
    expect(await deafAt(50)).toEqual([]);
    expect(await deafAt(200)).toEqual(["db-3"]);
  });

  it("hears a node that was found by a look", async () => {
    const { reach, lose, find, read } = await reaching();
    lose();
    await reach.look(two, [], 0);
    // XCom looks at 0.1 and at 1.2 s.
    await reach.look(two, [], 200);
    find();
    expect((await reach.look(two, [], 700)).notReading).toEqual(["db-3"]);
    read();
    expect((await reach.look(two, [], 1_300)).notReading).toEqual([]);
  });

  it("says whom XCom may seek: a node whose connection it closed itself", async () => {
    const { reach, lose, find } = await reaching();
    const maybeAt = async (ms: number) => (await reach.look(two, [], ms)).maybeConnectingTo;
    await reach.look(three, ["db-3"], -50);
    expect(await maybeAt(0)).toEqual([]);
    expect(await maybeAt(9_800)).toEqual([]);
    lose();
    expect(await maybeAt(10_000)).toEqual(["db-3"]);
    find();
    expect(await maybeAt(30_000)).toEqual([]);
  });

  it("seeks a member that was lost without a word", async () => {
    const { reach, lose, find } = await reaching();
    lose();
    expect((await reach.look(three, ["db-3"], 0)).connectingTo).toEqual(["db-3"]);
    find();
    expect((await reach.look(three, ["db-3"], 400)).connectingTo).toEqual(["db-3"]);
    expect((await reach.look(three, ["db-3"], 500)).connectingTo).toEqual([]);
  });

  it("looks often until all that are away are lost, and seldom then", async () => {
    const { reach, lose, looks } = await reaching();
    for (let ms = 0; ms < 1_000; ms += 20) await reach.look(two, [], ms);
    expect(looks()).toBe(5);
    lose();
    for (let ms = 1_000; ms < 3_000; ms += 20) await reach.look(two, [], ms);
    expect(looks()).toBe(9);
  });

  it("knows what it knew while MySQL does not answer, but not for long", async () => {
    const { reach, lose } = await reaching();
    lose();
    await reach.look(three, ["db-3"], 0);
    const silent = member("db-1", "PRIMARY", { member: null, members: three.members });
    const known = { connectingTo: ["db-3"], maybeConnectingTo: ["db-3"], notReading: ["db-3"] };
    expect(await reach.look(silent, [], 100)).toEqual(known);
    expect(await reach.look(silent, [], 2_900)).toEqual(known);
    expect(await reach.look(two, [], 2_950)).toEqual(known);
    expect(await reach.look(silent, [], 5_940)).toEqual(known);
    expect(await reach.look(silent, [], 5_960)).toEqual({
      connectingTo: [],
      maybeConnectingTo: [],
      notReading: [],
    });
  });

  it("says nothing outside of a group, whose XCom has ended", async () => {
    const { reach, lose } = await reaching();
    lose();
    await reach.look(three, ["db-3"], 0);
    const nothing = { connectingTo: [], maybeConnectingTo: [], notReading: [] };
    expect(await reach.look(outside("db-1"), [], 100)).toEqual(nothing);
    expect(await reach.look(three, [], 200)).toEqual(nothing);
  });
});

const heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
const rest = "00:00000000 00000000   996        0 29594419";

describe("linksIn", () => {
  it("reads the connections that this side has not closed", () => {
    const table = [
      heading,
      `   0: 0C04000A:5D02 0B04000A:8125 01 00000000:00000000 ${rest}`,
      `   1: 0C04000A:5D02 0D04000A:8125 06 00000000:00000000 ${rest}`,
      `   2: 0C04000A:0CEA 00000000:0000 0A 00000000:00000000 ${rest}`,
      `   3: 0C04000A:5D04 0E04000A:8125 08 00000010:000001FE ${rest}`,
    ];
    expect(linksIn(table.join("\n"))).toEqual([
      { address: "10.0.4.11", port: 33_061, unread: false },
      { address: "10.0.4.14", port: 33_061, unread: true },
    ]);
  });
});

describe("linksTo", () => {
  it("finds a connection of this machine", async () => {
    const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await linksTo(port)).toEqual([]);
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const socket = connect(port, "127.0.0.1");
    const other = await accepted;
    expect(await linksTo(port)).toEqual([{ address: "127.0.0.1", port, unread: false }]);
    // The paused end of the server, seen from the client.
    socket.write("unread");
    const back = socket.localPort!;
    await vi.waitFor(async () => {
      const link = { address: "127.0.0.1", port: back, unread: true };
      expect(await linksTo(back)).toEqual([link]);
    });
    other.destroy();
    socket.destroy();
    server.close();
  });
});
