import { describe, expect, it } from "vitest";
import { Sought } from "../../../host/supervisor/sought";
import { member, outside } from "./node-state";

const three = member("db-1", "PRIMARY", { members: ["db-1", "db-2", "db-3"] });
const two = member("db-1", "PRIMARY", { members: ["db-1", "db-3"] });
const connected = () => true;
const alone = () => false;
const nobody = { sought: [], maybeSought: [] };

function soughtOf(): Sought {
  return new Sought(["db-2", "db-3"]);
}

/** Connected to db-3, and to db-2 as it is said. */
function toDb2(is: boolean) {
  return (node: string) => node === "db-3" || is;
}

describe("Sought", () => {
  it("has a member that was lost together with its connection, also once it is removed", () => {
    const sought = soughtOf();
    expect(sought.see(three, [], connected).sought).toEqual([]);
    expect(sought.see(three, ["db-2"], toDb2(false)).sought).toEqual(["db-2"]);
    expect(sought.see(two, [], toDb2(false)).sought).toEqual(["db-2"]);
  });

  it("has none that said that it leaves, nor one that is connected to", () => {
    const sought = soughtOf();
    sought.see(three, [], connected);
    expect(sought.see(two, [], connected)).toEqual(nobody);
    expect(sought.see(two, [], toDb2(false))).toEqual(nobody);
    expect(soughtOf().see(three, ["db-2"], connected)).toEqual(nobody);
  });

  it("may have one whose connection ended after it was removed", () => {
    const sought = soughtOf();
    sought.see(three, [], connected);
    sought.see(three, ["db-2"], connected);
    expect(sought.see(two, [], connected)).toEqual(nobody);
    const maybe = { sought: [], maybeSought: ["db-2"] };
    expect(sought.see(two, [], toDb2(false))).toEqual(maybe);
    expect(sought.see(two, [], toDb2(false))).toEqual(maybe);
    expect(sought.see(two, [], connected)).toEqual(nobody);
  });

  it("forgets one that it has connected to, and may have it again once that ended", () => {
    const sought = soughtOf();
    sought.see(three, ["db-2"], toDb2(false));
    expect(sought.see(two, [], connected)).toEqual(nobody);
    expect(sought.see(two, [], toDb2(false))).toEqual({ sought: [], maybeSought: ["db-2"] });
  });

  it("forgets one that is back, and all once it is out of the group itself", () => {
    const sought = soughtOf();
    sought.see(three, ["db-2"], toDb2(false));
    expect(sought.see(three, [], connected)).toEqual(nobody);
    sought.see(three, ["db-2"], toDb2(false));
    expect(sought.see(outside("db-1"), [], alone)).toEqual(nobody);
  });
});
