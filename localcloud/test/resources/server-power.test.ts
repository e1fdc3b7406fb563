import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud();
});

const status = async (id: number) => (await cloud.get(`/servers/${id}`)).body.server.status;
const act = (id: number, path: string) => cloud.acted(`/servers/${id}/actions/${path}`);

describe("power", () => {
  it.each([
    ["poweron", "start_server", "powerOn", "running"],
    ["poweroff", "stop_server", "powerOff", "off"],
    ["shutdown", "shutdown_server", "shutdown", "off"],
    ["reboot", "reboot_server", "reboot", "running"],
    ["reset", "reset_server", "reset", "running"],
  ])("%s is the action %s", async (path, command, call, expected) => {
    const { id } = await cloud.server();
    expect(await act(id, path)).toBe(command);
    expect(cloud.driver.calls.at(-1)).toBe(`${call} ${id}`);
    expect(await status(id)).toBe(expected);
  });

  it("starts a server that is off", async () => {
    const { id } = await cloud.serverOff();
    await act(id, "poweron");
    expect(await status(id)).toBe("running");
  });

  it("does not start a server without interface", async () => {
    const public_net = { enable_ipv4: false, enable_ipv6: false };
    const { id } = await cloud.serverOff({ public_net });
    expect(await cloud.post(`/servers/${id}/actions/poweron`)).toMatchObject(
      refused(422, "service_error"),
    );
  });

  it("leaves a server off that cannot start, and says why", async () => {
    const { id } = await cloud.serverOff();
    cloud.driver.failing = { powerOn: "ended at once" };
    const { action } = await cloud.made(`/servers/${id}/actions/poweron`);
    expect(action.error).toEqual({ code: "action_failed", message: "ended at once" });
    expect(await status(id)).toBe("off");
  });

  it("of a server that does not exist is not found", async () => {
    expect(await cloud.post("/servers/1/actions/reset")).toMatchObject(refused(404, "not_found"));
  });
});

describe("a shutdown", () => {
  it("is a success when the signal is sent; the status follows the host", async () => {
    cloud = new TestCloud({ actions: "async" });
    const { id } = await cloud.server();
    await cloud.clock.pass(150);
    cloud.driver.shutdown = async () => undefined;
    const { action } = await cloud.made(`/servers/${id}/actions/shutdown`);
    await cloud.clock.pass(150);
    expect((await cloud.get(`/actions/${action.id}`)).body.action.status).toBe("success");
    expect(await status(id)).toBe("stopping");
    cloud.driver.machines.get(id)!.running = false;
    await cloud.clock.pass(200);
    expect(await status(id)).toBe("off");
  });

  it("that the host ignores for two minutes leaves it running", async () => {
    cloud = new TestCloud({ actions: "async" });
    const { id } = await cloud.server();
    await cloud.clock.pass(150);
    cloud.driver.shutdown = async () => undefined;
    await cloud.made(`/servers/${id}/actions/shutdown`);
    for (let n = 0; n <= 601; n++) await cloud.clock.pass(200);
    expect(await status(id)).toBe("running");
  });
});

describe("a locked server", () => {
  it("refuses what changes it, until the action has ended", async () => {
    cloud = new TestCloud({ actions: "async" });
    const { id } = await cloud.server();
    for (const path of ["poweroff", "enable_backup", "attach_to_network", "rebuild"]) {
      const answer = await cloud.post(`/servers/${id}/actions/${path}`);
      expect(answer).toMatchObject(refused(423, "locked"));
      expect(answer.body.error.message).toBe("cannot perform operation because server is locked");
    }
    await cloud.clock.pass(150);
    expect((await cloud.post(`/servers/${id}/actions/poweroff`)).status).toBe(201);
  });

  it("may be renamed, and gets no floating IP", async () => {
    cloud = new TestCloud({ actions: "async" });
    const { id } = await cloud.server();
    expect((await cloud.put(`/servers/${id}`, { name: "other" })).status).toBe(200);
    expect(await cloud.post("/floating_ips", { type: "ipv4", server: id })).toMatchObject(
      refused(423, "locked"),
    );
  });
});
