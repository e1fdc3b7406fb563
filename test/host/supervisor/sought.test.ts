import { describe, expect, it } from "vitest";
import { Sought } from "../../../host/supervisor/sought";
import { member, outside } from "./node-state";

const three = member("db-1", "PRIMARY", { members: ["db-1", "db-2", "db-3"] });
const two = member("db-1", "PRIMARY", { members: ["db-1", "db-3"] });
const connected = () => true;
const alone = () => false;

describe("Sought", () => {
  it("has a member that was lost together with its connection, also once it is removed", () => {
    const sought = new Sought();
    expect(sought.see(three, [], connected)).toEqual([]);
    expect(sought.see(three, ["db-2"], alone)).toEqual(["db-2"]);
    expect(sought.see(two, [], alone)).toEqual(["db-2"]);
  });

  it("has none that left while it was connected, nor one that said that it leaves", () => {
    const sought = new Sought();
    expect(sought.see(three, ["db-2"], connected)).toEqual([]);
    expect(sought.see(two, [], alone)).toEqual([]);
  });

  it("forgets one that it has connected to", () => {
    const sought = new Sought();
    sought.see(three, ["db-2"], alone);
    expect(sought.see(two, [], connected)).toEqual([]);
    expect(sought.see(two, [], alone)).toEqual([]);
  });

  it("forgets one that is back, and all once it is out of the group itself", () => {
    const sought = new Sought();
    sought.see(three, ["db-2"], alone);
    expect(sought.see(three, [], connected)).toEqual([]);
    sought.see(three, ["db-2"], alone);
    expect(sought.see(outside("db-1"), [], alone)).toEqual([]);
  });
});
