import { expect, it } from "vitest";
import { planOf } from "../../preview/plan";
import { message } from "./support";

it("shows no value that the engine prints for a refused property", () => {
  const engineText =
    "host:index:DeployKey resource 'key': property privateKey value {&{{-----BEGIN PRIVATE KEY-----\nhunter2\n}}} has a problem: must be a key";
  const { errors } = planOf([message("error", engineText)]);
  expect(errors).toEqual([
    "host:index:DeployKey resource 'key': property privateKey has a problem: must be a key",
  ]);
});
