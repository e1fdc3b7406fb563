import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
let id: number;

beforeEach(async () => {
  cloud = new TestCloud();
  id = (await cloud.serverOff({ server_type: "cx23" })).id;
});

const act = (path: string, body: object = {}) => cloud.post(`/servers/${id}/actions/${path}`, body);
const acted = (path: string, body: object = {}) =>
  cloud.acted(`/servers/${id}/actions/${path}`, body);
const read = async () => (await cloud.get(`/servers/${id}`)).body.server;

describe("protection of a server", () => {
  it("is given and taken for deletion and rebuild together", async () => {
    expect(await acted("change_protection", { delete: true, rebuild: true })).toBe(
      "change_protection",
    );
    expect((await read()).protection).toEqual({ delete: true, rebuild: true });
    expect(await act("change_protection", { delete: false })).toMatchObject(
      refused(422, "invalid_input", { delete: /same value/, rebuild: /same value/ }),
    );
    await acted("change_protection", { delete: false, rebuild: false });
    expect((await read()).protection).toEqual({ delete: false, rebuild: false });
  });
});

describe("backups", () => {
  it("are a window while they are on", async () => {
    expect(await acted("enable_backup")).toBe("enable_backup");
    expect((await read()).backup_window).toBe("22-02");
    expect(await acted("disable_backup")).toBe("disable_backup");
    expect((await read()).backup_window).toBeNull();
  });
});

describe("reverse DNS of a server", () => {
  it("is kept with the address that has it", async () => {
    const { ipv4, ipv6 } = (await read()).public_net;
    const host = ipv6.ip.replace("::/64", "::1");
    await acted("change_dns_ptr", { ip: ipv4.ip, dns_ptr: "web.example.com" });
    await acted("change_dns_ptr", { ip: host.toUpperCase(), dns_ptr: "six.example.com" });
    const after = (await read()).public_net;
    expect(after.ipv4.dns_ptr).toBe("web.example.com");
    expect(after.ipv6.dns_ptr).toEqual([{ ip: host, dns_ptr: "six.example.com" }]);
  });

  it("is refused for the address of another server", async () => {
    const other = await cloud.server();
    const { ip } = other.public_net.ipv4;
    expect(await act("change_dns_ptr", { ip, dns_ptr: "a.example.com" })).toMatchObject(
      refused(422, "invalid_input", { ip: /does not belong/ }),
    );
  });
});

describe("change_type", () => {
  it("starts the server with its new type, and keeps the disk if asked", async () => {
    expect(await acted("change_type", { server_type: "cx33", upgrade_disk: false })).toBe(
      "change_server_type",
    );
    expect(await read()).toMatchObject({
      status: "running",
      server_type: { name: "cx33" },
      primary_disk_size: 40,
    });
  });

  it("grows the disk for good", async () => {
    await acted("change_type", { server_type: "cx33", upgrade_disk: true });
    expect((await read()).primary_disk_size).toBe(80);
    await acted("poweroff");
    expect(await act("change_type", { server_type: "cx23", upgrade_disk: false })).toMatchObject(
      refused(422, "invalid_server_type"),
    );
  });

  it("wants a server that is off", async () => {
    await acted("poweron");
    expect(await act("change_type", { server_type: "cx33", upgrade_disk: true })).toMatchObject(
      refused(422, "server_not_stopped"),
    );
  });

  it.each(["cax21", "cx23"])("is refused to %s", async (server_type) => {
    expect(await act("change_type", { server_type, upgrade_disk: true })).toMatchObject(
      refused(422, "invalid_server_type"),
    );
  });
});

describe("placement group of a server", () => {
  let group: number;
  beforeEach(async () => {
    const body = { name: "spread", type: "spread" };
    group = (await cloud.made("/placement_groups", body)).placement_group.id;
  });

  it("is joined and left", async () => {
    await acted("add_to_placement_group", { placement_group: group });
    expect((await read()).placement_group).toMatchObject({ id: group, servers: [id] });
    expect(await act("add_to_placement_group", { placement_group: group })).toMatchObject(
      refused(422, "server_already_added"),
    );
    await acted("remove_from_placement_group");
    expect((await read()).placement_group).toBeNull();
  });

  it("is joined by a server that is off only", async () => {
    await acted("poweron");
    expect(await act("add_to_placement_group", { placement_group: group })).toMatchObject(
      refused(422, "server_not_stopped"),
    );
  });

  it("takes ten servers", async () => {
    for (let n = 0; n < 10; n++) await cloud.server({ placement_group: group });
    expect(await act("add_to_placement_group", { placement_group: group })).toMatchObject(
      refused(412, "placement_error"),
    );
  });
});
