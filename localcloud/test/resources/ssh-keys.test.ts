import { describe, expect, it } from "vitest";
import { publicKey } from "../support/ssh-keys";
import { refused, TestCloud } from "../support/test-cloud";

const cloud = new TestCloud();
let n = 0;

async function key(overrides: object = {}) {
  n += 1;
  const body = { name: `key-${n}`, public_key: publicKey(n), ...overrides };
  return (await cloud.made("/ssh_keys", body)).ssh_key;
}

describe("SSH keys", () => {
  it("are kept as they were given, with their MD5 fingerprint", async () => {
    const made = await key({ name: "laptop", public_key: publicKey(200), labels: { a: "b" } });
    expect(made).toEqual({
      id: expect.any(Number),
      name: "laptop",
      public_key: publicKey(200),
      fingerprint: expect.stringMatching(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/),
      labels: { a: "b" },
      created: "2026-11-02T12:00:00+00:00",
    });
    expect((await cloud.get(`/ssh_keys/${made.id}`)).body).toEqual({ ssh_key: made });
  });

  it("have the fingerprint that ssh-keygen -E md5 shows", async () => {
    const text =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github";
    const { fingerprint } = await key({ public_key: text });
    expect(fingerprint).toBe("65:96:2d:fc:e8:d5:a9:11:64:0c:0f:ea:00:6e:5b:bd");
  });

  it("are found by name and by fingerprint", async () => {
    const [made] = [await key(), await key()];
    expect(await cloud.ids(`/ssh_keys?name=${made.name}`)).toEqual([made.id]);
    expect(await cloud.ids(`/ssh_keys?fingerprint=${made.fingerprint}`)).toEqual([made.id]);
  });

  it("can be renamed and labelled", async () => {
    const { id } = await key({ labels: { old: "1" } });
    const answer = await cloud.put(`/ssh_keys/${id}`, { name: "renamed", labels: { new: "2" } });
    expect(answer.body.ssh_key).toMatchObject({ id, name: "renamed", labels: { new: "2" } });
    expect((await cloud.put(`/ssh_keys/${id}`, {})).body.ssh_key.name).toBe("renamed");
  });

  it("can be deleted, once", async () => {
    const { id } = await key();
    expect(await cloud.delete(`/ssh_keys/${id}`)).toMatchObject({ status: 204, body: undefined });
    const again = await cloud.delete(`/ssh_keys/${id}`);
    expect(again).toMatchObject(refused(404, "not_found"));
    expect(again.body.error.message).toBe(`ssh_key with ID '${id}' not found`);
  });

  it("are refused with a name or a fingerprint that is taken", async () => {
    const { name, public_key } = await key();
    const sameName = await cloud.post("/ssh_keys", { name, public_key: publicKey(201) });
    expect(sameName).toMatchObject({
      status: 409,
      body: { error: { code: "uniqueness_error", details: { fields: [{ name: "name" }] } } },
    });
    const sameKey = await cloud.post("/ssh_keys", { name: "other", public_key });
    expect(sameKey.body.error).toMatchObject({
      code: "uniqueness_error",
      message: "SSH key with the same fingerprint already exists",
    });
  });

  it("are not renamed to a name that is taken, nor to none", async () => {
    const [a, b] = [await key(), await key()];
    expect((await cloud.put(`/ssh_keys/${a.id}`, { name: b.name })).status).toBe(409);
    expect((await cloud.put(`/ssh_keys/${a.id}`, { name: a.name })).status).toBe(200);
    expect(await cloud.put(`/ssh_keys/${a.id}`, { name: "" })).toMatchObject(
      refused(422, "invalid_input", { name: /empty/ }),
    );
  });

  it.each(["ssh-ed25519 AAAA", "ssh-rsa", publicKey(1).replace("ssh-ed25519", "ssh-rsa")])(
    "are refused if they are none: %s",
    async (text) => {
      expect(await cloud.post("/ssh_keys", { name: "bad", public_key: text })).toMatchObject(
        refused(422, "invalid_input", { public_key: /not valid/ }),
      );
    },
  );
});
