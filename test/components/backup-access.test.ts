import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { BackupAccess } from "../../components/backup-access";
import { clearTexts, record, valueOf } from "../support/record";
import { secretMark } from "../support/computed-state";

it("BackupAccess makes one key pair, and only its public half is shown", async () => {
  let access!: BackupAccess;
  const made = await record(() => {
    access = new BackupAccess("backup-access");
  });
  expect(made.map(({ type, name, inputs }) => [type, name, inputs])).toEqual([
    ["webstack:index:BackupAccess", "backup-access", {}],
    ["tls:index/privateKey:PrivateKey", "backup-access-key", { algorithm: "ED25519" }],
  ]);
  expect(await pulumi.isSecret(access.privateKey)).toBe(true);
  expect(await valueOf(access.publicKey)).toBe(
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDeployKeyOfbackupaccesskey",
  );
  expect(made.flatMap(({ inputs }) => clearTexts(inputs)).join()).not.toContain(secretMark);
});
