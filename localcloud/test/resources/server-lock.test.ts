import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
let server: number;
let other: number;

/** Time after which the actions of a memory cloud have ended, milliseconds. */
const ended = 150;

beforeEach(async () => {
  cloud = new TestCloud({ actions: "async" });
  [server, other] = [(await cloud.server()).id, (await cloud.server()).id];
  await cloud.clock.pass(ended);
});

const floatingIp = async (type = "ipv4") =>
  (await cloud.made("/floating_ips", { type, home_location: "fsn1" })).floating_ip.id as number;
const volume = async (name: string) => {
  const made = await cloud.made("/volumes", { name, size: 10, location: "fsn1" });
  await cloud.clock.pass(ended);
  return made.volume.id as number;
};
const network = async (name: string) => {
  const { id } = await cloud.network(name);
  return id as number;
};
const isLocked = async (id = server) =>
  (await cloud.get(`/servers/${id}`)).body.server.locked as boolean;

/** A call that acts on the server, after the preparation that it needs. */
type Prepared = () => Promise<unknown>;

const actions: Record<string, () => Promise<Prepared>> = {
  "assigns a floating IP": async () => {
    const id = await floatingIp("ipv6");
    return () => cloud.post(`/floating_ips/${id}/actions/assign`, { server });
  },
  "makes a floating IP for it": async () => () =>
    cloud.post("/floating_ips", { type: "ipv4", server }),
  "unassigns a floating IP": async () => {
    const id = await floatingIp("ipv6");
    await cloud.made(`/floating_ips/${id}/actions/assign`, { server });
    await cloud.clock.pass(ended);
    return () => cloud.post(`/floating_ips/${id}/actions/unassign`);
  },
  "attaches a volume": async () => {
    const id = await volume("attached");
    return () => cloud.post(`/volumes/${id}/actions/attach`, { server });
  },
  "detaches a volume": async () => {
    const id = await volume("detached");
    await cloud.made(`/volumes/${id}/actions/attach`, { server });
    await cloud.clock.pass(ended);
    return () => cloud.post(`/volumes/${id}/actions/detach`);
  },
  "attaches it to a network": async () => {
    const id = await network("attached");
    return () => cloud.post(`/servers/${server}/actions/attach_to_network`, { network: id });
  },
  "detaches it from a network": async () => {
    const id = await network("detached");
    await cloud.made(`/servers/${server}/actions/attach_to_network`, { network: id });
    await cloud.clock.pass(ended);
    return () => cloud.post(`/servers/${server}/actions/detach_from_network`, { network: id });
  },
};

describe.each(Object.keys(actions))("a server, while an action %s", (name) => {
  it("is locked, refuses a second action, and is free after the end", async () => {
    const id = await floatingIp();
    const begin = await actions[name]!();
    expect(await isLocked()).toBe(false);
    expect(await begin()).toMatchObject({ status: 201 });
    expect(await isLocked()).toBe(true);
    const second = await cloud.post(`/floating_ips/${id}/actions/assign`, { server });
    expect(second).toMatchObject(refused(423, "locked"));
    expect(second.body.error.message).toBe("cannot perform operation because server is locked");
    await cloud.clock.pass(ended);
    expect(await isLocked()).toBe(false);
    await cloud.made(`/floating_ips/${id}/actions/assign`, { server });
  });

  it("is not given that action during another one, and nothing is changed", async () => {
    const begin = await actions[name]!();
    await cloud.made(`/servers/${server}/actions/reboot`);
    const before = (await cloud.get("/floating_ips")).body;
    expect(await begin()).toMatchObject(refused(423, "locked"));
    expect((await cloud.get("/floating_ips")).body).toEqual(before);
    await cloud.clock.pass(ended);
    expect(await begin()).toMatchObject({ status: 201 });
  });
});

describe("a floating IP that moves", () => {
  it("locks its new server alone", async () => {
    const id = await floatingIp();
    await cloud.made(`/floating_ips/${id}/actions/assign`, { server: other });
    await cloud.clock.pass(ended);
    await cloud.made(`/floating_ips/${id}/actions/assign`, { server });
    expect([await isLocked(), await isLocked(other)]).toEqual([true, false]);
  });

  it("moves away from a server that is locked", async () => {
    const id = await floatingIp();
    await cloud.made(`/floating_ips/${id}/actions/assign`, { server: other });
    await cloud.clock.pass(ended);
    await cloud.made(`/servers/${other}/actions/poweroff`);
    await cloud.made(`/floating_ips/${id}/actions/assign`, { server });
  });
});
