import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BundleService } from "../../../host/converge/bundle";
import { restoreServices } from "../../../host/converge/restore-services";
import { bringUp, verbFor } from "../../../host/converge/services";
import { service } from "./changing-host";
import { systemd, systemdWith } from "./fake-systemd";

vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const up = { active: "active", file: "enabled" };
const off = { active: "inactive", file: "disabled" };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "services-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const proxy = (different: Partial<BundleService> = {}) =>
  service("proxy.service", { reloadFiles: ["/a.cfg"], restartFiles: ["/a.unit"], ...different });
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

describe("a service that visitors would miss", () => {
  const leave = ["/usr/bin/systemctl", "stop", "front.service"];
  const back = ["/usr/bin/node", "/edge.js", "back"];
  const missed = () => [
    service("other.service", { restartFiles: ["/a.unit"], aside: { leave, back } }),
    proxy({ aside: { leave, back } }),
    service("front.service"),
  ];
  const all = { "other.service": up, "proxy.service": up, "front.service": up };
  const restarts = ["systemctl restart other.service", "systemctl restart proxy.service"];

  beforeEach(() => systemdWith(all));

  it("restarts once its node has stepped aside, which comes back at the end", async () => {
    await bringUp(missed(), new Set(["/a.unit"]));
    expect(systemd.commands.filter((line) => !line.startsWith("check"))).toEqual([
      "systemctl stop front.service",
      ...restarts,
      "systemctl start front.service",
      "node /edge.js back",
    ]);
  });

  it("reloads, and starts after a crash, without that", async () => {
    expect(await told(missed(), "/a.cfg")).toEqual(["systemctl reload-or-restart proxy.service"]);
    const crashed = { ...up, active: "failed" };
    systemdWith({ ...all, "other.service": crashed, "proxy.service": crashed });
    expect(await told(missed(), "/a.unit")).not.toContain("systemctl stop front.service");
  });

  it("restarts though its node cannot step aside, and says so", async () => {
    systemd.answer = ([, verb]) =>
      verb === "stop" ? { status: 1, stderr: "it hangs" } : undefined;
    expect(await told(missed(), "/a.unit")).toEqual(expect.arrayContaining(restarts));
    expect(systemd.said).toContain("step aside failed it hangs");
  });

  it("comes back though its restart fails", async () => {
    systemd.answer = ([, verb]) => (verb === "restart" ? { status: 1 } : undefined);
    await expect(bringUp(missed(), new Set(["/a.unit"]))).rejects.toThrow(/other.service/);
    expect(systemd.commands.at(-1)).toBe("node /edge.js back");
  });

  it("steps aside in a rollback, and not during a boot", async () => {
    await restoreServices(missed(), [], new Set(["/a.unit"]));
    expect(systemd.commands[0]).toBe("systemctl stop front.service");
    expect(systemd.commands).toContain("systemctl start front.service");
    systemdWith(all);
    await restoreServices(missed(), [], new Set(["/a.unit"]), true);
    expect(systemd.commands).not.toContain("systemctl stop front.service");
  });
});

describe("restoreServices", () => {
  const refuseProxy = () => {
    systemd.answer = (words) =>
      words.includes("proxy.service") && words.includes("restart") ? { status: 1 } : undefined;
  };

  it("goes on with the others after a service that fails", async () => {
    systemdWith({ "proxy.service": up, "other.service": off });
    refuseProxy();
    await restoreServices([proxy(), service("other.service")], [], new Set(["/a.unit"]));
    expect(systemd.commands.at(-1)).toBe("systemctl start other.service");
    expect(systemd.said.join()).toContain("put back /usr/bin/systemctl restart proxy.service");
  });

  it("shows their old files to services that only packages brought, if they run", async () => {
    systemdWith({ "proxy.service": up });
    await restoreServices([], [proxy(), service("other.service")], new Set(["/a.cfg"]));
    expect(systemd.commands).toEqual(["systemctl try-reload-or-restart proxy.service"]);
  });

  it("takes a unit whose changes systemd does not tell for one that has the new files", async () => {
    systemdWith({ "proxy.service": up });
    const unknown = new Map([["proxy.service", { ...up, run: "a", changedAt: "unknown" }]]);
    systemd.answer = ([, verb]) =>
      verb === "show" ? { stdout: "Id=proxy.service\nActiveState=active\n" } : undefined;
    await restoreServices([proxy()], [], new Set(["/a.unit"]), false, unknown);
    expect(systemd.commands.at(-1)).toBe("systemctl restart proxy.service");
  });

  it("only queues jobs while the machine boots", async () => {
    systemdWith({ "proxy.service": up, "other.service": off });
    const gone = service("gone.service", { needs: [join(folder, "key")] });
    systemd.units.set("gone.service", { ...up });
    await restoreServices(
      [proxy(), service("other.service"), gone],
      [],
      new Set(["/a.unit"]),
      true,
    );
    expect(systemd.commands.filter((line) => !line.includes("enable --quiet other"))).toEqual([
      "systemctl --no-block disable --now --quiet gone.service",
      "systemctl reset-failed gone.service",
      "systemctl --no-block restart proxy.service",
      "systemctl --no-block start other.service",
    ]);
  });
});
