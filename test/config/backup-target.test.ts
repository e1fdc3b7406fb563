import { recipientExample } from "../../config/age-keys";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { targetProblems } from "../../config/backup-target";
import { useStackFile } from "../support/stack-file";

const { read } = useStackFile();

const bucket = {
  endpoint: "https://a.example.com",
  bucket: "one",
  region: "x",
  accessKeyId: "key-1",
  secretAccessKey: "0123456789abcdef",
};
const sftp = { host: "u1.example.com", user: "u1", hostKey: "ssh-ed25519 A" };

describe("the place of the copy", () => {
  it.each([
    ["the same bucket by another key", bucket, { ...bucket, accessKeyId: "key-2" }],
    [
      "the same bucket with the port of https",
      bucket,
      { ...bucket, endpoint: "https://a.example.com:443" },
    ],
    ["the same folder by its defaults", { sftp }, { sftp: { ...sftp, port: 23, path: "backups" } }],
    [
      "the same absolute folder by another user",
      { sftp: { ...sftp, path: "/b" } },
      { sftp: { ...sftp, path: "/b", user: "u2" } },
    ],
  ])("must not be %s", (_, target, copy) => {
    expect(targetProblems({ target, copy })).toEqual([
      expect.stringMatching(/^webstack:backups\.copy\.\S+ must be another (bucket|server) than/),
    ]);
  });

  it.each([
    ["another bucket", bucket, { ...bucket, bucket: "two" }],
    ["a bucket of that name elsewhere", bucket, { ...bucket, endpoint: "https://b.example.com" }],
    ["an SFTP server for a bucket", bucket, { sftp }],
    ["a bucket for an SFTP server", { sftp }, bucket],
    ["another folder", { sftp }, { sftp: { ...sftp, path: "copies" } }],
    ["the home of another user", { sftp }, { sftp: { ...sftp, user: "u2" } }],
    ["another port", { sftp }, { sftp: { ...sftp, port: 22 } }],
    ["nowhere", bucket, undefined],
  ])("may be %s", (_, target, copy) => {
    expect(targetProblems({ target, copy })).toEqual([]);
  });
});

describe("the settings of backups", () => {
  const settled = (more: object) => {
    const backups = { target: bucket, publicKey: recipientExample, ...more };
    return read({ "webstack:backups": backups }, ["webstack:backups"]).backups!;
  };

  it("have the secrets of both targets as secrets", async () => {
    const { target, copy } = settled({ copy: { ...bucket, bucket: "two" } });
    for (const one of [target, copy!]) {
      if ("sftp" in one) throw new Error("it must be a bucket");
      expect(await pulumi.isSecret(one.secretAccessKey)).toBe(true);
    }
    expect(copy).toMatchObject({ bucket: "two" });
  });

  it("need no copy", () => {
    expect(settled({})).not.toHaveProperty("copy");
  });
});
