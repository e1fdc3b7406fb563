import { describe, expect, it } from "vitest";
import { type Plan, planOf, type Step } from "../../../preview/plan";
import { planRefusals, settingsRefusals } from "../../../scripts/back/refusals";
import { recordedEvents } from "../../preview/recorded";

/** A plan of one step. */
function plan(fate: Step["fate"], type: string, name = "db-1-vm"): Plan {
  const step: Step = { fate, type, name, before: {}, after: {}, changed: [] };
  return { steps: [step], found: [], isRefreshed: false, errors: [], warnings: [], notes: [] };
}

describe("a plan to go back", () => {
  it.each([
    ["app-release", []],
    ["header-added", []],
    ["mysql-setting", []],
    ["count-up", []],
    ["nothing", []],
    ["count-down-with-consent", [/^Server app-2-vm would be deleted$/]],
    ["network-moved", [/would be replaced$/]],
    ["region-move", []],
    ["volume-grown", []],
    ["volume-shrunk", [/^the plan is refused: .*webstack:db.volumeGb must be at least 20, got 10/]],
  ])("as for the edit %s", (name, expected) => {
    const found = planRefusals(planOf(recordedEvents(name)));
    if (expected.length === 0) expect(found).toEqual([]);
    for (const pattern of expected) {
      expect(found).toContainEqual(expect.stringMatching(pattern));
    }
  });

  it.each([
    "hcloud:index/server:Server",
    "hcloud:index/volume:Volume",
    "hcloud:index/floatingIp:FloatingIp",
    "hcloud:index/network:Network",
    "random:index/randomPassword:RandomPassword",
    "tls:index/privateKey:PrivateKey",
    "host:index:DeployKey",
    "somebody:index:Unknown",
  ])("deletes and replaces no %s", (type) => {
    const noun = type.split(":").at(-1);
    expect(planRefusals(plan("delete", type))).toEqual([`${noun} db-1-vm would be deleted`]);
    expect(planRefusals(plan("replace", type))).toEqual([`${noun} db-1-vm would be replaced`]);
    for (const fate of ["create", "update", "same"] as const) {
      expect(planRefusals(plan(fate, type))).toEqual([]);
    }
  });

  it("shrinks no volume, even if the earlier program would try", () => {
    const sized = (from: unknown, to: unknown): Plan => {
      const { steps, ...rest } = plan("update", "hcloud:index/volume:Volume", "db-1-volume");
      return { ...rest, steps: [{ ...steps[0]!, before: { size: from }, after: { size: to } }] };
    };
    expect(planRefusals(sized(80, 40))).toEqual([
      "Volume db-1-volume would go from 80 to 40 GB, and Hetzner makes no volume smaller",
    ]);
    expect(planRefusals(sized(40, 80))).toEqual([]);
    expect(planRefusals(sized(40, undefined))).toEqual([]);
  });

  it("may drop what holds nothing", () => {
    for (const type of ["hcloud:index/firewall:Firewall", "webstack:index:WebTier"]) {
      expect(planRefusals(plan("delete", type))).toEqual([]);
    }
    expect(planRefusals(plan("replace", "tls:index/locallySignedCert:LocallySignedCert"))).toEqual(
      [],
    );
  });

  it("lowers no number that may only grow", () => {
    const file = (version: string) => `config:\n  webstack:admin: { cidrs: []${version} }\n`;
    const [first, second] = [file(""), file(", deployKeyVersion: 2")];
    expect(settingsRefusals(first, second)).toEqual([]);
    expect(settingsRefusals(second, second)).toEqual([]);
    expect(settingsRefusals(second, first)).toEqual([
      expect.stringMatching(/^webstack:admin → deployKeyVersion would go from 2 to 1, /),
    ]);
  });
});
