import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud();
});

const order = { name: "data", size: 10, location: "fsn1" };
const make = async (overrides: object = {}) =>
  (await cloud.made("/volumes", { ...order, ...overrides })).volume;
const act = (id: number, path: string, body: object = {}) =>
  cloud.post(`/volumes/${id}/actions/${path}`, body);
const read = async (id: number) => (await cloud.get(`/volumes/${id}`)).body.volume;

describe("volumes", () => {
  it("are being created, then available", async () => {
    cloud = new TestCloud({ actions: "async" });
    const { volume, action, next_actions } = await cloud.made("/volumes", {
      ...order,
      format: "ext4",
      labels: { a: "b" },
    });
    expect(volume).toEqual({
      id: expect.any(Number),
      name: "data",
      size: 10,
      server: null,
      status: "creating",
      location: expect.objectContaining({ name: "fsn1" }),
      linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${volume.id}`,
      format: "ext4",
      protection: { delete: false },
      labels: { a: "b" },
      created: "2026-11-02T12:00:00+00:00",
    });
    expect(action).toMatchObject({ command: "create_volume", status: "running" });
    expect(next_actions).toEqual([]);
    await cloud.clock.pass(150);
    expect((await read(volume.id)).status).toBe("available");
  });

  it("are attached once they are made, if a server is named", async () => {
    const server = await cloud.server({ location: "hel1" });
    const body = { ...order, location: undefined, server: server.id };
    const { volume, next_actions } = await cloud.made("/volumes", body);
    expect(next_actions).toMatchObject([
      {
        command: "attach_volume",
        resources: [
          { id: volume.id, type: "volume" },
          { id: server.id, type: "server" },
        ],
      },
    ]);
    expect(volume).toMatchObject({ server: server.id, location: { name: "hel1" } });
    expect(cloud.driver.calls.slice(-2)).toEqual([
      `createVolume ${volume.id}`,
      `attachVolume ${volume.id}`,
    ]);
  });

  it("are found by status, and can be renamed", async () => {
    const { id } = await make();
    expect(await cloud.ids("/volumes?status=available")).toEqual([id]);
    expect(await cloud.ids("/volumes?status=creating")).toEqual([]);
    const wanted = { name: "other", labels: { c: "d" } };
    expect((await cloud.put(`/volumes/${id}`, wanted)).body.volume).toMatchObject(wanted);
  });

  it.each([
    [{ size: 9 }, "size", />=10/],
    [{ size: 10_241 }, "size", /<=10240/],
    [{ location: undefined }, "location", /required/],
    [{ location: "mars" }, "location", /required/],
    [{ format: "ntfs" }, "format", /ext4/],
  ])("are refused with %j", async (overrides, field, message) => {
    expect(await cloud.post("/volumes", { ...order, ...overrides })).toMatchObject(
      refused(422, "invalid_input", { [field]: message }),
    );
    expect(await cloud.ids("/volumes")).toEqual([]);
  });

  it("are refused with a name that is taken", async () => {
    await make();
    expect(await cloud.post("/volumes", order)).toMatchObject(refused(409, "uniqueness_error"));
  });
});

describe("attaching a volume", () => {
  it("is done and undone by actions, and shows on the server", async () => {
    const server = await cloud.server();
    const { id } = await make();
    const { body } = await act(id, "attach", { server: server.id, automount: true });
    expect(body.action.command).toBe("attach_volume");
    expect((await cloud.get(`/servers/${server.id}`)).body.server.volumes).toEqual([id]);
    expect((await act(id, "detach")).body.action).toMatchObject({
      command: "detach_volume",
      resources: [{ id }, { id: server.id }],
    });
    expect((await read(id)).server).toBeNull();
    expect(await act(id, "detach")).toMatchObject(refused(422, "service_error"));
  });

  it("is refused twice, and to a server elsewhere", async () => {
    const [here, there] = [await cloud.server(), await cloud.server({ location: "hel1" })];
    const { id } = await make();
    expect(await act(id, "attach", { server: there.id })).toMatchObject(
      refused(422, "invalid_input", { server: /location/ }),
    );
    await act(id, "attach", { server: here.id });
    expect(await act(id, "attach", { server: here.id })).toMatchObject(
      refused(422, "volume_already_attached"),
    );
  });

  it("is refused while the server is locked", async () => {
    cloud = new TestCloud({ actions: "async" });
    const server = await cloud.server();
    const { id } = await make();
    expect(await act(id, "attach", { server: server.id })).toMatchObject(refused(423, "locked"));
    await cloud.clock.pass(150);
    expect((await act(id, "attach", { server: server.id })).status).toBe(201);
  });

  it("is refused for the 17th volume of a server", async () => {
    const { id: server } = await cloud.server();
    for (let n = 0; n < 16; n++) await make({ name: `v${n}`, server });
    const { id } = await make();
    expect(await act(id, "attach", { server })).toMatchObject(
      refused(403, "resource_limit_exceeded"),
    );
  });

  it("leaves it free if the machine fails", async () => {
    const { id: server } = await cloud.server();
    const { id } = await make();
    cloud.driver.failing = { attachVolume: "no loop device" };
    const { body } = await act(id, "attach", { server });
    expect(body.action).toMatchObject({ status: "error", error: { message: "no loop device" } });
    expect((await read(id)).server).toBeNull();
  });
});

describe("resizing a volume", () => {
  it("makes it larger only", async () => {
    const { id } = await make({ size: 20 });
    expect((await act(id, "resize", { size: 30 })).body.action.command).toBe("resize_volume");
    expect((await read(id)).size).toBe(30);
    for (const size of [30, 10]) {
      expect(await act(id, "resize", { size })).toMatchObject(
        refused(422, "invalid_input", { size: /larger/ }),
      );
    }
  });
});

describe("deleting a volume", () => {
  it("is refused while it is attached, and under protection", async () => {
    const { id: server } = await cloud.server();
    const { id } = await make({ server });
    expect(await cloud.delete(`/volumes/${id}`)).toMatchObject(refused(422, "service_error"));
    await act(id, "detach");
    await act(id, "change_protection", { delete: true });
    const answer = await cloud.delete(`/volumes/${id}`);
    expect(answer).toMatchObject(refused(423, "protected"));
    expect(answer.body.error.message).toBe("volume is delete protected");
    await act(id, "change_protection", { delete: false });
    expect((await cloud.delete(`/volumes/${id}`)).status).toBe(204);
    expect(cloud.driver.calls.at(-1)).toBe(`deleteVolume ${id}`);
  });
});
