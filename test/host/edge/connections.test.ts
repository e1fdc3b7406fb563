import { describe, expect, it } from "vitest";
import { openConnections } from "../../../host/edge/connections";

describe("openConnections", () => {
  it("adds up the current sessions of all frontends", () => {
    const csv = "# pxname,svname,qcur,qmax,scur,smax\nsite,FRONTEND,,,3,9\nhealth,FRONTEND,,,1,2\n";
    expect(openConnections(csv)).toBe(4);
  });

  it("is nothing without a frontend", () => {
    expect(openConnections("# pxname,svname,qcur,qmax,scur,smax\n")).toBe(0);
  });

  it("does not take another answer for quiet", () => {
    expect(() => openConnections("Permission denied\n")).toThrow(/no column scur/);
  });
});
