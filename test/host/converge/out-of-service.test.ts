import { beforeEach, describe, expect, it, vi } from "vitest";
import { restoreServices } from "../../../host/converge/restore-services";
import { bringUp } from "../../../host/converge/services";
import { proxy, service } from "./changing-host";
import { systemd, systemdWith } from "./fake-systemd";

vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const up = { active: "active", file: "enabled" };
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

  const told = async (...changed: string[]) => {
    await bringUp(missed(), new Set(changed));
    return systemd.commands.filter((line) => line.startsWith("systemctl"));
  };

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
    expect(await told("/a.cfg")).toEqual(["systemctl reload-or-restart proxy.service"]);
    const crashed = { ...up, active: "failed" };
    systemdWith({ ...all, "other.service": crashed, "proxy.service": crashed });
    expect(await told("/a.unit")).not.toContain("systemctl stop front.service");
  });

  it("restarts though its node cannot step aside, and says so", async () => {
    systemd.answer = ([, verb]) =>
      verb === "stop" ? { status: 1, stderr: "it hangs" } : undefined;
    expect(await told("/a.unit")).toEqual(expect.arrayContaining(restarts));
    expect(systemd.messages).toContain("step aside failed it hangs");
  });

  it("repeats what the command says, such as why the node stays", async () => {
    systemd.answer = ([, verb]) =>
      verb === "stop" ? { stdout: "no other node serves\n" } : undefined;
    await told("/a.unit");
    expect(systemd.messages).toContain("step aside no other node serves");
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
