import { beforeEach, describe, expect, it } from "vitest";
import { publicKey } from "../support/ssh-keys";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
let server: { id: number; public_net: { ipv4: { ip: string } } };

beforeEach(async () => {
  cloud = new TestCloud();
  await cloud.made("/ssh_keys", { name: "me", public_key: publicKey(1) });
  server = await cloud.server({ ssh_keys: ["me"], user_data: "first" });
});

const rebuild = (body: object) => cloud.post(`/servers/${server.id}/actions/rebuild`, body);
const spec = () => cloud.driver.machines.get(server.id)!.spec;

describe("a rebuild", () => {
  it("keeps id and addresses, and runs again with another image", async () => {
    const { body } = await rebuild({ image: "ubuntu-24.04" });
    expect(body.action).toMatchObject({ command: "rebuild_server", status: "success" });
    expect(body.root_password).toBeNull();
    const after = (await cloud.get(`/servers/${server.id}`)).body.server;
    expect(after).toMatchObject({ status: "running", image: { name: "ubuntu-24.04" } });
    expect(after.public_net.ipv4.ip).toBe(server.public_net.ipv4.ip);
    expect(cloud.driver.calls.slice(-3)).toEqual([
      `rebuild ${server.id}`,
      `setPublicNic ${server.id}`,
      `powerOn ${server.id}`,
    ]);
  });

  it("takes the earlier user data unless it gets new", async () => {
    await rebuild({ image: "debian-13" });
    expect(spec().userData).toBe("first");
    await rebuild({ image: "debian-13", user_data: "second" });
    expect(spec().userData).toBe("second");
  });

  it("that fails leaves the server off, and says why", async () => {
    cloud.driver.failing.rebuild = "no room for a disk";
    const { body } = await rebuild({ image: "debian-13" });
    const { action } = (await cloud.get(`/actions/${body.action.id}`)).body;
    expect(action).toMatchObject({ status: "error", error: { message: /no room/ } });
    expect((await cloud.get(`/servers/${server.id}`)).body.server.status).toBe("off");
  });

  it("gives a new password where no key is", async () => {
    const { id } = await cloud.server();
    const { root_password } = await cloud.made(`/servers/${id}/actions/rebuild`, {
      image: "debian-13",
    });
    expect(root_password).toMatch(/^.{16}$/);
    expect(cloud.driver.machines.get(id)!.spec.rootPassword).toBe(root_password);
  });

  it("is refused under protection", async () => {
    const protection = { delete: true, rebuild: true };
    await cloud.acted(`/servers/${server.id}/actions/change_protection`, protection);
    const answer = await rebuild({ image: "debian-13" });
    expect(answer).toMatchObject(refused(423, "protected"));
    expect(answer.body.error.message).toBe("server is rebuild protected");
  });

  it("is refused with an unknown image, and with too much user data", async () => {
    expect(await rebuild({ image: "dos" })).toMatchObject(
      refused(422, "invalid_input", { image: /unknown image 'dos'/ }),
    );
    expect(await rebuild({ image: "debian-12", user_data: "x".repeat(32_769) })).toMatchObject(
      refused(422, "invalid_input", { user_data: /at most/ }),
    );
    expect(spec().image).toBe("debian-13");
  });
});
