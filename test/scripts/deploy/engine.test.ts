import { expect, it } from "vitest";
import { pinsIn } from "../../../scripts/deploy/engine";

it("the pinned keys are those of the configurations", () => {
  const outputs = { node: "app-1", hostKey: "ssh-ed25519 AAAA" };
  const resources = [
    { type: "host:index:Configuration", urn: "urn:app-1", outputs },
    { type: "host:index:Configuration", urn: "urn:app-2", outputs: { node: "app-2" } },
    { type: "hcloud:index/server:Server", urn: "urn:vm", outputs },
    { urn: "urn:bare" },
  ];
  const pins = new Map([["app-1", { hostKey: "ssh-ed25519 AAAA", urn: "urn:app-1" }]]);
  expect(pinsIn({ resources })).toEqual(pins);
  expect(pinsIn({})).toEqual(new Map());
});
