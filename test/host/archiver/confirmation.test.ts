import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Confirmation, validityOf } from "../../../host/archiver/confirmation";
import { type MysqlState, readMysqlState } from "../../../host/archiver/mysql-state";
import type { Mysql } from "../../../host/supervisor/mysql";
import { serveChecks } from "../../../host/supervisor/wire/checks-server";

/** Deadline of a test, and of an answer, on a machine that has much else to do. */
const busy = { timeout: 30_000 };
const patientMs = 20_000;

const order = ["10.0.4.11", "10.0.4.12", "10.0.4.13"];
const [one, two, three] = order as [string, string, string];
const whole = { serves: true, primary: one, secondaries: [two, three] };
const alone = { serves: true, primary: two, secondaries: [] };

describe("a view", () => {
  it("is of the valid group if more than half of all database nodes are ONLINE in it", () => {
    expect(validityOf(order, whole)).toBe("valid");
    expect(validityOf(order, { ...whole, secondaries: [three] })).toBe("valid");
    expect(validityOf([...order, "10.0.4.14"], { ...whole, secondaries: [three] })).toBe("unknown");
  });

  it("of fewer may be of a group made by hand, whatever other hosts are in it", () => {
    expect(validityOf(order, alone)).toBe("unknown");
    const strangers = ["10.0.9.1", "10.0.9.2"];
    expect(validityOf(order, { ...alone, secondaries: strangers })).toBe("unknown");
  });

  it("does not exist on a single node, and is none on a node that does not serve", () => {
    const single = { serves: true, primary: "", secondaries: [] };
    expect(validityOf([one], single)).toBe("valid");
    expect(validityOf([one], { ...single, serves: false })).toBe("none");
    expect(validityOf(order, { ...whole, serves: false })).toBe("none");
  });
});

describe("the state of MySQL", () => {
  it("names the group by the part of the view's id that no change of members changes", async () => {
    const rows = [
      ["globals", "0", "a:1-5", "", "9.7.4"],
      ["member", two, "ONLINE", "PRIMARY", "1"],
      ["view", "17639683829217345:3"],
    ];
    const mysql = { query: async () => rows } as unknown as Mysql;
    expect(await readMysqlState(mysql, true)).toMatchObject({
      ...{ serves: true, writable: true, primary: two, groupId: "17639683829217345" },
    });
    const single = { query: async () => rows.slice(0, 1) } as unknown as Mysql;
    expect(await readMysqlState(single, false)).toMatchObject({ serves: true, groupId: "" });
  });
});

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

async function baseOf(server: Server): Promise<string> {
  if (!server.listening) await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The supervisor's own server, and the lags that it was asked about. */
async function supervisor(roles: { primary?: boolean; leaving?: boolean; replica?: boolean }) {
  const lagsMs: number[] = [];
  let asked = 0;
  const server = serveChecks({
    ...{ address: "127.0.0.1", port: 0, onAsked: () => (asked += 1) },
    isPrimary: () => roles.primary === true,
    isLeaving: () => roles.leaving === true,
    isReplica: (limitMs) => {
      lagsMs.push(limitMs);
      return roles.replica === true;
    },
  });
  closings.push(() => void server.close());
  const confirmation = new Confirmation(await baseOf(server), patientMs);
  return { confirmation, lagsMs, asked: () => asked };
}

describe("the supervisor", busy, () => {
  it("confirms a primary by 200 alone: not by 503, and not by 404 before a planned switch", async () => {
    const answers = async (roles: Parameters<typeof supervisor>[0]) => {
      const { confirmation } = await supervisor(roles);
      return [await confirmation.isPrimary(), await confirmation.isMember()];
    };
    expect(await answers({ primary: true })).toEqual([true, true]);
    expect(await answers({ primary: true, leaving: true })).toEqual([false, false]);
    expect(await answers({})).toEqual([false, false]);
    expect(await answers({ replica: true })).toEqual([false, true]);
  });

  it("is asked about a secondary with the longest lag that it reports, a day", async () => {
    const { confirmation, lagsMs } = await supervisor({ replica: true });
    await confirmation.isMember();
    expect(lagsMs).toEqual([86_400_000]);
  });

  it("confirms nothing while nobody listens, or while it does not answer in time", async () => {
    const silent = createServer();
    const sockets: Socket[] = [];
    silent.on("connection", (socket) => sockets.push(socket.on("error", () => undefined)));
    silent.listen(0, "127.0.0.1");
    const base = await baseOf(silent);
    expect(await new Confirmation(base, 300).isPrimary()).toBe(false);
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, "close");
    expect(await new Confirmation(base, patientMs).isMember()).toBe(false);
  });

  it("is not asked where there is none", async () => {
    const none = new Confirmation(undefined);
    expect([await none.isPrimary(), await none.isMember()]).toEqual([true, true]);
  });
});

describe("a checked state", busy, () => {
  const state = (view: Partial<MysqlState>): MysqlState => ({
    ...{ executed: "", purged: "", writable: true, groupId: "1", mysql: "9.7.4" },
    ...whole,
    ...view,
  });

  it("is as it is in the view of most nodes, for which nobody is asked", async () => {
    const { confirmation, asked } = await supervisor({});
    expect(await confirmation.checked(order, state({}))).toEqual(state({}));
    expect(asked()).toBe(0);
  });

  it("is that of a node that does not serve, in a small view that is not confirmed", async () => {
    const { confirmation } = await supervisor({});
    const found = await confirmation.checked(order, state(alone));
    expect(found).toEqual({ ...state(alone), serves: false });
  });

  it("is as it is in a small view that is confirmed, of a primary or of a secondary", async () => {
    for (const roles of [{ primary: true }, { replica: true }]) {
      const { confirmation } = await supervisor(roles);
      expect(await confirmation.checked(order, state(alone))).toEqual(state(alone));
    }
  });
});
