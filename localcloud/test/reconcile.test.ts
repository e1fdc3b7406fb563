import { describe, expect, it } from "vitest";
import { MemoryDriver } from "../machines/memory-driver";
import { reconcile } from "../reconcile";
import { scratch } from "./support/scratch";
import { TestCloud } from "./support/test-cloud";

/** A cloud of the same state and machines in a new process. */
async function restarted(state: string, driver: MemoryDriver): Promise<TestCloud> {
  driver.calls.length = 0;
  const cloud = new TestCloud({ state, driver });
  await reconcile(cloud.cloud);
  return cloud;
}

const order = { name: "web", server_type: "cx23", image: "debian-13" };

describe("a restart", () => {
  it("finds its servers running, with all they have", async () => {
    const [state, driver] = [scratch(), new MemoryDriver()];
    const cloud = new TestCloud({ state, driver });
    const network = await cloud.network();
    const server = await cloud.server({ networks: [network.id], labels: { a: "b" } });
    const { floating_ip } = await cloud.made("/floating_ips", { type: "ipv4", server: server.id });
    const { volume } = await cloud.made("/volumes", { name: "v", size: 10, server: server.id });
    const before = (await cloud.get(`/servers/${server.id}`)).body;
    const after = await restarted(state, driver);
    expect((await after.get(`/servers/${server.id}`)).body).toEqual(before);
    expect(driver.calls).toEqual([
      `setNetwork ${network.id}`,
      `createVolume ${volume.id}`,
      `create ${server.id}`,
      `setPublicNic ${server.id}`,
      `setFirewall ${server.id}`,
      `attachNetwork ${server.id}`,
      `attachVolume ${volume.id}`,
      `assignFloatingIp ${floating_ip.ip}`,
    ]);
    expect(driver.floatingIps.get(floating_ip.ip)).toBe(server.id);
  });

  it("sees that a host stopped meanwhile", async () => {
    const [state, driver] = [scratch(), new MemoryDriver()];
    const { id } = await new TestCloud({ state, driver }).server();
    driver.machines.get(id)!.running = false;
    const cloud = await restarted(state, driver);
    expect((await cloud.get(`/servers/${id}`)).body.server.status).toBe("off");
  });

  it("starts a host that ran when the machine under it went down", async () => {
    const [state, driver] = [scratch(), new MemoryDriver()];
    const cloud = new TestCloud({ state, driver });
    const [ran, stopped] = [await cloud.server(), await cloud.server({ name: "stopped" })];
    await cloud.made(`/servers/${stopped.id}/actions/poweroff`, {});
    for (const { id } of [ran, stopped]) {
      driver.machines.get(id)!.running = false;
      driver.withoutPower.add(id);
    }
    const after = await restarted(state, driver);
    expect((await after.get(`/servers/${ran.id}`)).body.server.status).toBe("running");
    expect((await after.get(`/servers/${stopped.id}`)).body.server.status).toBe("off");
  });

  it("finishes a server that was being made", async () => {
    const [state, driver] = [scratch(), new MemoryDriver()];
    driver.create = () => new Promise(() => undefined);
    const dead = new TestCloud({ state, driver, actions: "async" });
    const made = await dead.made("/servers", order);
    const { id } = made.server;
    const cloud = await restarted(state, new MemoryDriver());
    const { server } = (await cloud.get(`/servers/${id}`)).body;
    expect(server).toMatchObject({ status: "running", locked: false });
    for (const action of [made.action, ...made.next_actions]) {
      const { body } = await cloud.get(`/actions/${action.id}`);
      expect(body.action).toMatchObject({ status: "success", progress: 100, error: null });
    }
  });

  it("leaves a server off that was not to start", async () => {
    const [state, driver] = [scratch(), new MemoryDriver()];
    const dead = new TestCloud({ state, driver, actions: "async" });
    const { server } = await dead.made("/servers", { ...order, start_after_create: false });
    const cloud = await restarted(state, driver);
    expect((await cloud.get(`/servers/${server.id}`)).body.server.status).toBe("off");
  });

  it("fails what cannot be finished, with the reason, and goes on", async () => {
    const state = scratch();
    const dead = new TestCloud({ state, actions: "async" });
    const made = await dead.made("/servers", order);
    const driver = new MemoryDriver();
    driver.failing = { create: "no image" };
    const cloud = await restarted(state, driver);
    expect((await cloud.get(`/actions/${made.action.id}`)).body.action).toMatchObject({
      status: "error",
      error: { message: "no image" },
    });
    const { server } = (await cloud.get(`/servers/${made.server.id}`)).body;
    expect(server).toMatchObject({ status: "off", locked: false });
  });

  it("finishes a deletion, a power-off and a rebuild", async () => {
    const [state, driver] = [scratch(), new MemoryDriver()];
    const cloud = new TestCloud({ state, driver, actions: "async" });
    const servers = [await cloud.server(), await cloud.server(), await cloud.server()];
    await cloud.clock.pass(150);
    const [gone, off, rebuilt] = servers.map(({ id }) => id as number);
    for (const call of ["destroy", "powerOff", "rebuild"] as const) {
      driver[call] = () => new Promise(() => undefined);
    }
    await cloud.delete(`/servers/${gone}`);
    await cloud.post(`/servers/${off}/actions/poweroff`);
    await cloud.post(`/servers/${rebuilt}/actions/rebuild`, { image: "ubuntu-24.04" });
    const fresh = new MemoryDriver();
    for (const [id, machine] of driver.machines) fresh.machines.set(id, machine);
    const after = await restarted(state, fresh);
    expect(await after.ids("/servers")).toEqual([off, rebuilt]);
    expect(await after.ids("/primary_ips")).toHaveLength(4);
    expect(fresh.machines.has(gone!)).toBe(false);
    expect((await after.get(`/servers/${off}`)).body.server.status).toBe("off");
    expect((await after.get(`/servers/${rebuilt}`)).body.server.status).toBe("running");
    expect(fresh.machines.get(rebuilt!)!.spec.image).toBe("ubuntu-24.04");
  });
});
