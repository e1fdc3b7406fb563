import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { targetAccess } from "../../../scripts/restore/target-access";

const bucket = {
  endpoint: "https://s3.example.com",
  bucket: "copies",
  region: "x",
  accessKeyId: "key-1",
  secretAccessKey: { secure: "v1:abc" },
};
const sftp = { host: "u1.example.com", port: 23, user: "u1", path: "copies", hostKey: "ssh-x A" };

let folder: string;
let keyFile: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "access-"));
  keyFile = join(folder, "key");
  writeFileSync(keyFile, "a private key");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("access to the copy", () => {
  it("comes from variables of its own", () => {
    const env = {
      WEBSTACK_BACKUPS_KEY: "key of the target",
      WEBSTACK_BACKUPS_SECRET: "secret of the target",
      WEBSTACK_BACKUPS_COPY_SECRET: "secret of the copy",
    };
    const own = { ...bucket, secretAccessKey: "secret of the copy" };
    expect(targetAccess("copy", bucket, "prod", env)).toEqual(own);
    const more = { ...env, WEBSTACK_BACKUPS_COPY_KEY: "key-2" };
    expect(targetAccess("copy", bucket, "prod", more)).toEqual({ ...own, accessKeyId: "key-2" });
    expect(targetAccess("target", bucket, "prod", env)).toMatchObject({
      accessKeyId: "key of the target",
      secretAccessKey: "secret of the target",
    });
  });

  it("is the key of a file for an SFTP server, where user and folder may be others", () => {
    const env = {
      WEBSTACK_BACKUPS_COPY_SFTP_KEY: keyFile,
      WEBSTACK_BACKUPS_COPY_SFTP_USER: "u2",
      WEBSTACK_BACKUPS_SFTP_PATH: "elsewhere",
    };
    expect(targetAccess("copy", { sftp }, "prod", env)).toEqual({
      sftp: { ...sftp, user: "u2", setting: "backups.copy" },
      privateKey: "a private key",
    });
  });
});
