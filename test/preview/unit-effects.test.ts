import { describe, expect, it } from "vitest";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { server, step } from "./support";

/** The preview of a host whose units are `before` and then `after`, beside others of its tier. */
function judged(nodes: readonly string[], before: readonly string[], after: readonly string[]) {
  const services = (units: readonly string[]) =>
    units.map((unit) => ({ unit, needs: [], reloadFiles: [], restartFiles: [] }));
  const events = [
    ...nodes.map((node) => server("same", node, ["cpx22", "cpx22"])),
    step("update", `${nodes[0]}-configuration`, "host:index:Configuration", {
      before: { files: {}, services: services(before) },
      after: { files: {}, services: services(after) },
      changed: ["services"],
    }),
  ];
  return previewOf(planOf(events), { stack: "dev" });
}

const apps = ["app-1", "app-2"];

describe("a unit that stops for good", () => {
  it("is dangerous if it is the app, though there are other app nodes", () => {
    const { verdict, visitors, reasons } = judged(
      apps,
      ["webstack-app-balancer.service", "app@3101.service", "app@3102.service"],
      [],
    );
    expect(verdict).toBe("dangerous");
    expect(visitors).toContain("the app no longer runs: what needs it fails");
    expect(visitors).toContain("what needs webstack-app-balancer of an app node fails");
    expect(visitors).not.toContain("no request fails");
    expect(reasons).toContain("app stops on each app node for good");
  });

  it("is careful if other processes of the app stay", () => {
    const { verdict, reasons } = judged(
      apps,
      ["app@1.service", "app@2.service"],
      ["app@1.service"],
    );
    expect([verdict, reasons]).toEqual([
      "careful",
      ["app restarts on each app node, one after the other"],
    ]);
  });

  it.each([
    ["worker-mail@1.service", "worker-mail"],
    ["cron-nightly.timer", "cron-nightly"],
  ])("is careful if it is %s, and says that nobody does its work", (unit, name) => {
    const { verdict, visitors, reasons } = judged(apps, [unit], []);
    expect([verdict, visitors, reasons]).toEqual([
      "careful",
      `what ${name} did is no longer done.`,
      [`${name} stops on each app node for good`],
    ]);
  });

  it("is dangerous if it takes the backups", () => {
    const { verdict, reasons } = judged(["db-1", "db-2"], ["webstack-archiver.service"], []);
    expect([verdict, reasons]).toEqual(["dangerous", ["no further backups are taken"]]);
  });

  it.each(["mysql.service", "keepalived.service", "haproxy.service", "nginx.service"])(
    "is dangerous if it is %s",
    (unit) => {
      expect(judged(["web-1", "web-2"], [unit], []).verdict).toBe("dangerous");
    },
  );
});
