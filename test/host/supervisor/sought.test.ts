import { describe, expect, it } from "vitest";
import type { Link } from "../../../host/supervisor/links";
import { Sought } from "../../../host/supervisor/sought";
import { member, outside } from "./node-state";

const three = member("db-1", "PRIMARY", { members: ["db-1", "db-2", "db-3"] });
const two = member("db-1", "PRIMARY", { members: ["db-1", "db-3"] });
const link = (unread: number) => (): Link => ({ address: "10.0.4.12", port: 33_061, unread });
const [used, unread, none] = [link(0), link(34), () => undefined];

describe("Sought", () => {
  it("has a member that was lost together with its connection, also once it is removed", () => {
    const sought = new Sought();
    expect(sought.see(three, [], used, 0)).toEqual([]);
    expect(sought.see(three, ["db-2"], none, 100)).toEqual(["db-2"]);
    expect(sought.see(two, [], none, 90_000)).toEqual(["db-2"]);
  });

  it("has none that left while it was connected, nor one that said that it leaves", () => {
    const sought = new Sought();
    expect(sought.see(three, ["db-2"], used, 0)).toEqual([]);
    expect(sought.see(two, [], none, 100)).toEqual([]);
  });

  it("forgets one to which a connection is in use for a second", () => {
    const sought = new Sought();
    sought.see(three, ["db-2"], none, 0);
    expect(sought.see(two, [], used, 10_000)).toEqual(["db-2"]);
    expect(sought.see(two, [], used, 10_999)).toEqual(["db-2"]);
    expect(sought.see(two, [], used, 11_000)).toEqual([]);
    expect(sought.see(two, [], none, 11_100)).toEqual([]);
  });

  it("keeps one to which there is a connection that nobody reads from", () => {
    const sought = new Sought();
    sought.see(three, ["db-2"], none, 0);
    expect(sought.see(two, [], used, 10_000)).toEqual(["db-2"]);
    expect(sought.see(two, [], unread, 10_100)).toEqual(["db-2"]);
    expect(sought.see(two, [], unread, 15_000)).toEqual(["db-2"]);
    expect(sought.see(two, [], used, 15_100)).toEqual(["db-2"]);
    expect(sought.see(two, [], used, 16_100)).toEqual([]);
  });

  it("forgets one that is back, and all once it is out of the group itself", () => {
    const sought = new Sought();
    sought.see(three, ["db-2"], none, 0);
    expect(sought.see(three, [], used, 100)).toEqual([]);
    sought.see(three, ["db-2"], none, 200);
    expect(sought.see(outside("db-1"), [], none, 300)).toEqual([]);
  });
});
