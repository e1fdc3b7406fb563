import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { AdminAccess } from "../../components/admin-access";
import { secretMark } from "../support/computed-state";
import { clearTexts, record, valueOf } from "../support/record";

const args = {
  identity: { project: "webstack", stack: "test" },
  user: "webstack",
  sshKeys: ["ssh-ed25519 AAAA person@example.com"],
  deployKeyVersion: 1,
};

describe("AdminAccess", () => {
  it("makes one key pair and gives its public half to the cloud, in one line", async () => {
    const [component, sshKey, pair, firstContact, ...rest] = await record(
      () => void new AdminAccess("admin", args),
    );
    expect(component).toMatchObject({ type: "webstack:index:AdminAccess", inputs: {} });
    expect(pair).toMatchObject({
      type: "tls:index/privateKey:PrivateKey",
      name: "admin-deploy-key",
      parent: "admin",
      inputs: { algorithm: "ED25519" },
    });
    expect(sshKey).toMatchObject({
      type: "hcloud:index/sshKey:SshKey",
      name: "admin-deploy",
      parent: "admin",
      inputs: {
        name: "webstack-test-deploy",
        publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDeployKeyOfadmindeploykey",
        labels: { project: "webstack", stack: "test" },
      },
    });
    expect(firstContact).toMatchObject({
      type: "random:index/randomPassword:RandomPassword",
      name: "admin-first-contact",
      parent: "admin",
    });
    expect(rest).toEqual([]);
  });

  it("lets its own key and those of people in", async () => {
    let access!: AdminAccess;
    await record(() => {
      access = new AdminAccess("admin", args);
    });
    expect(await valueOf(access.publicKeys)).toEqual([
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDeployKeyOfadmindeploykey",
      "ssh-ed25519 AAAA person@example.com",
    ]);
  });

  it("makes a key of the next number beside the one before it, which the cloud loses", async () => {
    const made = await record(
      () => void new AdminAccess("admin", { ...args, deployKeyVersion: 2 }),
    );
    expect(made.map(({ name }) => name).sort()).toEqual([
      ...["admin", "admin-deploy-2", "admin-deploy-key", "admin-deploy-key-2"],
      "admin-first-contact",
    ]);
    const inCloud = made.find(({ name }) => name === "admin-deploy-2")!;
    expect(inCloud.inputs).toMatchObject({ name: "webstack-test-deploy-2" });
  });

  it("has a secret key of the first contact for each node, of which none gives away another", async () => {
    let access!: AdminAccess;
    await record(() => {
      access = new AdminAccess("admin", args);
    });
    const keys = ["web-1", "web-2", "web-1"].map((node) => access.firstContactKey(node));
    expect(await Promise.all(keys.map((key) => pulumi.isSecret(key)))).toEqual([true, true, true]);
    const [first, second, again] = await Promise.all(keys.map((key) => valueOf(key)));
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(again).toBe(first);
    expect(second).not.toBe(first);
    expect(`${first}${second}`).not.toContain(secretMark);
  });

  it("keeps the private key secret", async () => {
    let access!: AdminAccess;
    const children = await record(() => {
      access = new AdminAccess("admin", args);
    });
    expect(await pulumi.isSecret(access.privateKey)).toBe(true);
    expect(await valueOf(access.privateKey)).toContain(secretMark);
    expect(children.flatMap(({ inputs }) => clearTexts(inputs)).join()).not.toContain(secretMark);
  });
});
