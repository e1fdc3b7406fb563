import { describe, expect, it, vi } from "vitest";
import { restoreServices } from "../../../host/converge/restore-services";
import { proxy, service } from "./changing-host";
import { systemd, systemdWith } from "./fake-systemd";

vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const up = { active: "active", file: "enabled" };
const off = { active: "inactive", file: "disabled" };

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
    expect(systemd.messages.join()).toContain("put back /usr/bin/systemctl restart proxy.service");
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
    const gone = service("gone.service", { needs: ["/nowhere/key"] });
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

  it.each([false, true])(
    "leaves off what is held off; while the machine boots: %s",
    async (booting) => {
      systemdWith({ "proxy.service": off, "other.service": off });
      const held = service("other.service", { offWhile: [__filename] });
      await restoreServices([proxy(), held], [], new Set(), booting);
      expect(systemd.commands.join()).toContain("start proxy.service");
      expect(systemd.commands.join()).not.toContain("start other.service");
    },
  );
});
