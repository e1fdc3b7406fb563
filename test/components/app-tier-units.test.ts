import { describe, expect, it } from "vitest";
import { topology } from "../../topology";
import { worker } from "../support/jobs";
import { valueOf } from "../support/record";
import { sampleProgram } from "../support/tier-args";
import { build } from "./app-tier-build";

/** A plan with three app nodes. */
const three = topology({
  ipRange: "10.0.0.0/16",
  locations: ["nbg1"],
  counts: { lb: 2, web: 2, app: 3, db: 3 },
});

describe("units of an AppTier", () => {
  it("migrates on the first node alone, which the roll-out begins with", async () => {
    const { tier } = await build();
    const units = await Promise.all(
      tier.hosts.map(async ({ bundle }) =>
        (await valueOf(bundle)).services.map(({ unit }) => unit),
      ),
    );
    expect(units.map((names) => names.includes("webstack-migrate.service"))).toEqual([true, false]);
    const first = units[0]!;
    expect(first.indexOf("webstack-migrate.service")).toBeLessThan(first.indexOf("app@1.service"));
  });

  it("runs workers after the app, on the nodes that they are for", async () => {
    const ofAll = [worker({ processes: 2 }), worker({ name: "one", nodes: "one" })];
    const workers = [...ofAll, worker({ name: "two", nodes: 2 })];
    const { tier } = await build({ nodes: three.app, workers });
    const bundles = await Promise.all(tier.hosts.map(({ bundle }) => valueOf(bundle)));
    const asked = /^(app@2|worker-)/;
    const units = bundles.map(({ services }) =>
      services
        .map(({ unit }) => unit)
        .filter((unit) => asked.test(unit))
        .join(" "),
    );
    const onAll = "app@2.service worker-mail@1.service worker-mail@2.service worker-one@1.service";
    expect(units).toEqual([
      `${onAll} worker-two@1.service`,
      `${onAll} worker-two@1.service`,
      onAll,
    ]);
  });

  it("runs the migration again when the release changes, but not on the way back to one", async () => {
    const switched = async (migratesOnSwitch: boolean) => {
      const { tier } = await build({ program: { ...sampleProgram(), migratesOnSwitch } });
      const { services } = await valueOf(tier.hosts[0]!.bundle);
      const { restartFiles } = services.find(({ unit }) => unit === "webstack-migrate.service")!;
      return restartFiles.includes("/srv/app/current");
    };
    expect([await switched(true), await switched(false)]).toEqual([true, false]);
  });
});
