import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect, it } from "vitest";
import { planOf } from "../../preview/plan";
import { driftOf } from "../../preview/resource-changes";

/** What a refresh tells of a host: the engine shows two secrets alike. */
function refreshed(attributes: [before: string, after: string]): EngineEvent {
  const path = "/etc/webstack/app.env";
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  const [old, found] = attributes.map((one) => ({
    inputs: { files: {}, secrets: { ...secret }, attributes: { [path]: one } },
  }));
  const urn =
    "urn:pulumi:dev::webstack::webstack:index:Some$host:index:Configuration::app-1-configuration";
  const type = "host:index:Configuration";
  const metadata = { op: "refresh", urn, type, old, new: found };
  return { sequence: 0, timestamp: 0, resOutputsEvent: { metadata } } as unknown as EngineEvent;
}

it("names a secret file that was changed by hand, without a line of it", () => {
  const event = refreshed(["root:root 0600", "root:root 0600, changed on the host"]);
  expect(driftOf(planOf([event]))).toEqual([
    {
      ...{ what: "app-1", isGone: false, values: [] },
      files: [{ path: "/etc/webstack/app.env", kind: "changed", lines: [], isSecret: true }],
    },
  ]);
});

it("finds nothing on a host that nobody changed", () => {
  expect(driftOf(planOf([refreshed(["root:root 0600", "root:root 0600"])]))).toEqual([]);
});
