import { describe, expect, it } from "vitest";
import {
  cloud,
  forgetCloud,
  home,
  hooksWith,
  inputs,
  live,
  name,
  office,
  past,
  soon,
  told,
} from "./support/lockout";

async function liveRules() {
  const { firewalls } = (await cloud.get(`/firewalls?name=${name}`)).body;
  return (firewalls[0].rules as { source_ips: string[]; description: string }[]).map(
    ({ source_ips: [block], description }) => [block, description],
  );
}

describe("openings of npm run admin:open", () => {
  it("are put back after an update, without the expired ones", async () => {
    const openings = { "203.0.113.5/32": soon, "203.0.113.6/32": past };
    const made = await cloud.made("/firewalls", { name, rules: live([home], openings) });
    const { update, updated } = await hooksWith("5.75.1.2");
    await update(inputs([home]), inputs([home, office]));
    await cloud.call(
      "POST",
      `/firewalls/${made.firewall.id}/actions/set_rules`,
      JSON.stringify({ rules: live([home, office]) }),
    );
    await updated();
    expect(await liveRules()).toEqual([
      [home, "SSH of the admins"],
      ["203.0.113.5/32", soon],
    ]);
    expect(told).toEqual(["SSH stays open to 203.0.113.5/32, as npm run admin:open has it"]);
  });

  it("are named in a warning if they cannot be put back", async () => {
    await cloud.made("/firewalls", { name, rules: live([home], { "203.0.113.5/32": soon }) });
    const { update, updated } = await hooksWith("5.75.1.2");
    await update(inputs([home]), inputs([home, office]));
    forgetCloud();
    await updated();
    expect(told).toEqual([
      expect.stringContaining(
        "SSH is closed to 203.0.113.5/32, open it again with npm run admin:open",
      ),
    ]);
  });

  it("change nothing if there are none", async () => {
    const { update, updated } = await hooksWith("5.75.1.2");
    await update(inputs([home]), inputs([home, office]));
    await updated();
    expect(told).toEqual([]);
  });
});
