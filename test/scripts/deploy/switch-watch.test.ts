import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { SwitchWatch } from "../../../scripts/deploy/switch-watch";
import { begins, ends, fails, says, step } from "./support/events";

/** A watch that has seen these events, one each second, and what it said. */
function watched(...events: EngineEvent[]) {
  const messages: string[] = [];
  let now = 0;
  const watch = new SwitchWatch(
    (line) => messages.push(line.trim()),
    () => now,
  );
  for (const event of events) {
    now += 1_000;
    watch.onEvent(event);
  }
  return { watch, messages };
}
const changed = ["release.digest"];

describe("a switch that is watched", () => {
  it("says each node with its time, and nothing of what stays", () => {
    const { messages, watch } = watched(
      step("same", "hcloud:index/server:Server", "app-1-vm"),
      ends("db-1", "same"),
      begins("app-1", changed),
      begins("app-2", changed),
      ends("app-1"),
      ends("app-2"),
    );
    expect(messages).toEqual(["app-1 has it (2.0 s)", "app-2 has it (2.0 s)"]);
    expect(watch.stopped()).toEqual([]);
  });

  it("knows the node that stopped it, with all of the reason", () => {
    const reason =
      "app@1.service is not healthy after 60 s: answered 500\n--- last lines ---\nboom";
    const { messages, watch } = watched(
      begins("app-2", changed),
      says(`error: ${reason}\n`, "error", "app-2"),
      fails("app-2"),
      says("error: update failed", "error"),
    );
    expect(messages).toEqual(["app-2 STOPPED it (2.0 s)"]);
    expect(watch.stopped()).toEqual([{ name: "app-2", reason }]);
    expect(watch.others()).toEqual(["update failed"]);
  });

  it("passes on what a node says, but neither debug messages nor what is for the moment", () => {
    const moment = says("writing", "info", "app-1");
    const { messages } = watched(
      says("waiting for SSH since 15 s", "info", "app-1"),
      says("a secret", "debug", "app-1"),
      { ...moment, diagnosticEvent: { ...moment.diagnosticEvent!, ephemeral: true } },
      says("the plugin is old", "warning"),
    );
    expect(messages).toEqual(["app-1: waiting for SSH since 15 s"]);
  });

  it("says an error once that is repeated", () => {
    const { watch } = watched(says("1 problem", "error"), says("1 problem", "error"));
    expect(watch.others()).toEqual(["1 problem"]);
  });

  it("has a reason to give for each node that failed", () => {
    const { watch } = watched(fails("web-1"));
    expect(watch.stopped()).toEqual([{ name: "web-1", reason: "no reason was given" }]);
  });
});
