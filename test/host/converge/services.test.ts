import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BundleService } from "../../../host/converge/bundle";
import { bringUp, verbFor } from "../../../host/converge/services";
import { proxy, service } from "./changing-host";
import { systemd, systemdWith } from "./fake-systemd";

const clock = vi.hoisted(() => ({ nowMs: 0 }));
vi.mock("../../../host/time/monotonic", () => ({ monotonicMs: () => clock.nowMs }));
vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const up = { active: "active", file: "enabled" };
const off = { active: "inactive", file: "disabled" };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "services-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What systemd was told while these services were brought up after these changes. */
async function told(services: BundleService[], ...changed: string[]): Promise<string[]> {
  await bringUp(services, new Set(changed));
  return systemd.commands.filter((line) => line.startsWith("systemctl"));
}

describe("verbFor", () => {
  it.each([
    [["/a.cfg"], "reload-or-restart"],
    [["/a.unit"], "restart"],
    [["/a.cfg", "/a.unit"], "restart"],
    [["/other"], undefined],
    [[], undefined],
  ])("after a change of %j it is %s", (changed, verb) => {
    expect(verbFor(proxy(), new Set(changed))).toBe(verb);
  });
});

describe("bringUp", () => {
  it("leaves a running service alone that a change does not concern", async () => {
    systemdWith({ "proxy.service": up, "other.service": up });
    const other = service("other.service", { restartFiles: ["/other"] });
    expect(await told([proxy(), other], "/other")).toEqual(["systemctl restart other.service"]);
  });

  it("reloads for one file and restarts for another", async () => {
    systemdWith({ "proxy.service": up });
    expect(await told([proxy()], "/a.cfg")).toEqual(["systemctl reload-or-restart proxy.service"]);
    systemd.commands = [];
    expect(await told([proxy()], "/a.unit")).toEqual(["systemctl restart proxy.service"]);
  });

  it("enables and starts what is off, in the bundle's order", async () => {
    systemdWith({ "proxy.service": off, "other.service": off });
    expect(await told([service("other.service"), proxy()])).toEqual([
      "systemctl enable --quiet other.service proxy.service",
      "systemctl start other.service",
      "systemctl start proxy.service",
    ]);
  });

  it("clears a failure before it starts a unit again", async () => {
    systemdWith({ "proxy.service": { ...up, active: "failed" } });
    expect(await told([proxy()])).toEqual([
      "systemctl reset-failed proxy.service",
      "systemctl start proxy.service",
    ]);
  });

  it("keeps a service off that its package started while a need is missing", async () => {
    systemdWith({ "proxy.service": up });
    const needs = [join(folder, "key"), folder];
    const { services, waiting } = await bringUp([proxy({ needs })], new Set(["/a.cfg"]));
    expect([services, waiting]).toEqual([
      { "proxy.service": "waiting" },
      { "proxy.service": [join(folder, "key")] },
    ]);
    expect(systemd.commands).toEqual([
      "systemctl disable --now --quiet proxy.service",
      "systemctl reset-failed proxy.service",
    ]);
  });

  it("starts it once the need is there", async () => {
    systemdWith({ "proxy.service": off });
    writeFileSync(join(folder, "key"), "");
    expect(await told([proxy({ needs: [join(folder, "key")] })])).toContain(
      "systemctl start proxy.service",
    );
  });

  it("stops at the first service that does not start", async () => {
    systemdWith({ "proxy.service": off, "other.service": off });
    systemd.answer = (words) =>
      words.includes("start") ? { status: 1, stderr: "exit code 203" } : undefined;
    const brought = bringUp([proxy(), service("other.service")], new Set());
    await expect(brought).rejects.toThrow(/start proxy\.service .*203[^]*last lines of proxy/);
    expect(systemd.commands.join()).not.toContain("start other.service");
  });

  it("shows the reason that a program prints above its call stack", async () => {
    systemdWith({ "proxy.service": off });
    const stack = Array.from({ length: 18 }, (_, i) => `    at frame ${i}`);
    const after = Array.from({ length: 12 }, (_, i) => `proxy.service: line ${i} of systemd`);
    const log = ["Error: Cannot find module 'express'", ...stack, ...after];
    systemd.answer = (words) => {
      if (words.includes("start")) return { status: 1 };
      if (!words[0]?.endsWith("journalctl")) return undefined;
      return { stdout: log.slice(-Number(words[words.indexOf("-n") + 1])).join("\n") };
    };
    await expect(bringUp([proxy()], new Set())).rejects.toThrow(/Cannot find module 'express'/);
  });

  it.each([
    [
      "after its stop timeout",
      31_000,
      "app@3001.service: State 'stop-sigterm' timed out. Killing.",
      1,
    ],
    ["by itself", 31_000, "app@3001.service: Deactivated successfully.", 0],
    ["at once", 900, "app@3001.service: State 'stop-sigterm' timed out. Killing.", 0],
  ])("says of a program that ended %s whether it was killed", async (_, tookMs, line, warnings) => {
    systemdWith({ "proxy.service": up });
    systemd.answer = ([program, verb]) => {
      if (verb === "restart") clock.nowMs += tookMs;
      return program?.endsWith("journalctl")
        ? { stdout: `Stopping\n${line}\nStopped\n` }
        : undefined;
    };
    await bringUp([proxy()], new Set(["/a.unit"]));
    const said = systemd.messages.filter((one) => one.startsWith("warning"));
    const text =
      "warning proxy.service did not end after SIGTERM and was killed; restart took 31 s";
    expect(said).toEqual(warnings ? [text] : []);
  });

  it("fails for a service that systemd took for started and that ended", async () => {
    systemdWith({ "proxy.service": off });
    systemd.answer = ([program]) => {
      if (program === "/check") systemd.units.get("proxy.service")!.active = "failed";
      return undefined;
    };
    await expect(bringUp([proxy()], new Set())).rejects.toThrow(
      "proxy.service did not stay up; its state is failed",
    );
  });
});

describe("a service that is held off", () => {
  const held = () =>
    service("worker.service", {
      ...{ restartFiles: ["/w"], health: undefined! },
      offWhile: [join(folder, "on")],
    });

  it("is enabled, and neither started nor taken for failed", async () => {
    systemdWith({ "worker.service": off, "proxy.service": off });
    writeFileSync(join(folder, "on"), "");
    expect((await bringUp([held(), proxy()], new Set(["/w"]))).services).toEqual({
      "worker.service": "held off",
      "proxy.service": "active",
    });
    expect(systemd.commands.filter((line) => line.includes("worker"))).toEqual([
      "systemctl enable --quiet worker.service proxy.service",
    ]);
    expect(systemd.messages.join()).toContain(`worker.service, while ${join(folder, "on")} exists`);
  });

  it("is stopped if it runs, since nothing would restart it with its new file", async () => {
    systemdWith({ "worker.service": up });
    writeFileSync(join(folder, "on"), "");
    expect(await told([held()], "/w")).toEqual(["systemctl stop worker.service"]);
  });

  it("starts as ever without the path", async () => {
    systemdWith({ "worker.service": off });
    expect(await told([held()])).toContain("systemctl start worker.service");
  });

  it.each(["cancelled", "stopped"])("is no failure if its start was %s meanwhile", async (how) => {
    systemdWith({ "worker.service": off });
    systemd.answer = ([, verb]) => {
      if (verb !== "start") return undefined;
      writeFileSync(join(folder, "on"), "");
      return how === "cancelled" ? { status: 1, stderr: "Job canceled" } : { status: 0 };
    };
    await expect(bringUp([held()], new Set())).resolves.toMatchObject({
      services: { "worker.service": "held off" },
    });
    rmSync(join(folder, "on"));
    systemd.answer = ([, verb]) => (verb === "start" ? { status: 1 } : undefined);
    await expect(bringUp([held()], new Set())).rejects.toThrow("start worker.service");
  });
});
