import { describe, expect, it } from "vitest";
import { tableCheckText } from "../../services/app/app-units";
import {
  appNode,
  appNodeOfSite,
  appNodeOnItsWayBack,
  busyAppNode,
  ordinaryAppNode,
} from "./rendered";

const checks = ({ services }: ReturnType<typeof appNode>) =>
  services.map(({ unit }) => unit).filter((unit) => /table-check|migrate|^app@/.test(unit));

describe("the check of the tables", () => {
  it("comes after the migration and after the start of the app, on the node that migrates", () => {
    expect(checks(appNode())).toEqual([
      "webstack-migrate.service",
      "webstack-table-check@migrated.service",
      "app@1.service",
      "app@2.service",
      "webstack-table-check@started.service",
    ]);
    expect(checks(ordinaryAppNode()).join()).not.toContain("table-check");
    expect(checks(appNodeOfSite()).join()).not.toContain("table-check");
  });

  it("does not bar the way back to a release that ran before", () => {
    const path = "/etc/systemd/system/webstack-table-check@.service";
    expect(appNodeOnItsWayBack().files[path]!.content).toMatch(/tables warn\n/);
  });

  it("makes the way back no other edit than of a release", () => {
    const [there, back] = [appNode(), appNodeOnItsWayBack()];
    expect(Object.keys(back.files)).toEqual(Object.keys(there.files));
    expect(back.checks).toEqual(there.checks);
    expect(checks(back)).toEqual(checks(there));
  });

  it("is made anew for each release", () => {
    const found = busyAppNode().services.filter(({ unit }) => unit.includes("table-check"));
    for (const { restartFiles } of found) expect(restartFiles).toContain("/srv/app/current");
    expect(found).toHaveLength(2);
  });

  it("refuses where the databases are a group, and else says what would be refused", () => {
    const place = { current: "/srv/app/current", envPath: "/etc/webstack/app.env" };
    expect(tableCheckText(place, true)).toMatch(/app-job\.js tables refuse\n/);
    expect(tableCheckText(place, false)).toMatch(/app-job\.js tables warn\n/);
  });
});
