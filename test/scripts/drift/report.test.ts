import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect, it } from "vitest";
import { planOf } from "../../../preview/plan";
import { previewOf } from "../../../preview/preview";
import { notRead } from "../../../provider/inputs";
import { driftReport } from "../../../scripts/drift/report";
import { message, step } from "../../preview/support";

const firewall = "hcloud:index/firewall:Firewall";
const before = { name: "edge", labels: { a: "b" } };

/** A refresh begins to read a firewall. */
const begun = step("refresh", "edge", firewall, { before, after: before });

/** The refresh read the firewall. */
function read(after: Record<string, unknown> = before): EngineEvent {
  const { metadata } = step("refresh", "edge", firewall, { before, after }).resourcePreEvent!;
  return { sequence: 0, timestamp: 0, resOutputsEvent: { metadata } } as EngineEvent;
}

const reported = (...events: EngineEvent[]) =>
  driftReport(previewOf(planOf(events), { stack: "dev" }));
const stopped = message("error", "Preview failed: unable to authenticate (unauthorized)");

it("is empty if nobody changed anything, also for a plan that is refused after the refresh", () => {
  const none = { lines: ["nobody changed anything by hand"], comment: "" };
  expect(reported(begun, read())).toEqual(none);
  expect(reported(begun, read(), message("error", "web.count must be a number"))).toEqual(none);
  expect(reported()).toEqual(none);
});

it("names what was changed", () => {
  const { lines, comment } = reported(begun, read({ ...before, labels: {} }));
  expect(lines).toEqual(["firewall edge"]);
  expect(comment).toContain("**Changed by hand since the last up**");
});

it("is not known if the refresh stopped, so that an issue of an earlier drift stays open", () => {
  const reason = /is not known, since the refresh stopped: .*unable to authenticate/;
  expect(() => reported(begun, stopped)).toThrow(reason);
  expect(() => reported(stopped)).toThrow(reason);
  const other = step("refresh", "other", firewall, { before, after: before });
  expect(() => reported(begun, read({ ...before, labels: {} }), other, stopped)).toThrow(reason);
});

it("is not known if a host was not read, and names what was changed elsewhere", () => {
  const unread = message("warning", `${notRead}connect ECONNREFUSED 10.0.2.11:22`);
  expect(() => reported(begun, read(), unread)).toThrow(
    "what was changed by hand is not known of each host: not read, kept as recorded: connect ECONN",
  );
  const { comment } = reported(begun, read({ ...before, labels: {} }), unread);
  expect(comment).toContain("not read, kept as recorded");
});
