import { expect, it } from "vitest";
import { planOf } from "../../preview/plan";
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
