import { expect, it } from "vitest";
import { planOf, withoutOpenedRules, type Plan, type Step } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { message } from "./support";

it("shows no value that the engine prints for a refused property", () => {
  const engineText =
    "host:index:DeployKey resource 'key': property privateKey value {&{{-----BEGIN PRIVATE KEY-----\nhunter2\n}}} has a problem: must be a key";
  const { errors } = planOf([message("error", engineText)]);
  expect(errors).toEqual([
    "host:index:DeployKey resource 'key': property privateKey has a problem: must be a key",
  ]);
});

it("names the reason of a refusal without the engine's words about its hook", () => {
  const engineText =
    'Preview failed: before hook "resize of web-1" failed: web-1 must be off to become cpx32';
  const { refused } = previewOf(planOf([message("error", engineText)]), { stack: "dev" });
  expect(refused).toEqual(["web-1 must be off to become cpx32"]);
});

const ssh = { port: "22", description: "SSH of the admins", sourceIps: ["198.51.100.0/24"] };

const opened = { ...ssh, description: "admin:open until 2026-11-02T12:45:00.000Z" };

const edited = { ...ssh, sourceIps: ["0.0.0.0/0"] };

function step(before: object[], after: object[]): Step {
  return {
    ...{ fate: "update", type: "hcloud:index/firewall:Firewall", name: "edge" },
    ...{ before: { name: "edge", rules: before }, after: { name: "edge", rules: after } },
    changed: ["rules"],
  };
}

const plan = (one: Step): Plan => ({
  ...{ steps: [one], found: [one], isRefreshed: true, errors: [], warnings: [], notes: [] },
});

it("takes what admin:open opened for no drift and no change", () => {
  for (const one of [step([ssh], [ssh, opened]), step([ssh, opened], [ssh])]) {
    const { found, steps } = withoutOpenedRules(plan(one));
    expect(found).toEqual([]);
    expect(steps.map(({ fate }) => fate)).toEqual(["same"]);
  }
});

it("still tells what somebody edited beside it", () => {
  const { found, steps } = withoutOpenedRules(plan(step([ssh], [edited, opened])));
  expect(found).toEqual([step([ssh], [edited])]);
  expect(steps).toEqual(found);
});
