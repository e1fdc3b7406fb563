import { describe, expect, it } from "vitest";
import { ConnectionAttempts } from "../../../../host/supervisor/xcom/connection-attempts";
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
