import { describe, expect, it } from "vitest";
import { authorizedKeys } from "../../services/ssh/authorized-keys";
import { ssh } from "../../services/ssh/service";
import { publicKey } from "../support/tier-args";

const deploy = publicKey("D");
const ann = publicKey("A", "ann@example.com");
const bob = publicKey("B", "bob@example.com");

/** Lines that are keys. */
const keysOf = (file: string) => file.split("\n").filter((line) => /^[a-z]/.test(line));

describe("the keys that may log in", () => {
  it("are the stack's own and those of people, in order", () => {
    expect(keysOf(authorizedKeys([deploy, ann, bob]))).toEqual([deploy, ann, bob]);
  });

  it("are no more those of who left", () => {
    expect(authorizedKeys([deploy, bob])).not.toContain("ann");
  });

  it("are there once if a key is given twice, be it with another comment", () => {
    const again = publicKey("A", "ann@laptop");
    expect(keysOf(authorizedKeys([deploy, ann, bob, again, ann]))).toEqual([deploy, ann, bob]);
    expect(keysOf(authorizedKeys([deploy, publicKey("D", "deploy")]))).toEqual([deploy]);
  });
});

describe("SSH", () => {
  const {
    files = {},
    loginFiles = [],
    checks = [],
  } = ssh("admins").part({
    adminUser: "ann",
    adminKeys: [deploy],
  });

  it("believes no file but root's, one for each login", () => {
    const conf = files["/etc/ssh/sshd_config.d/10-webstack.conf"]!.content;
    expect(conf).toContain("\nAuthorizedKeysFile /etc/ssh/authorized_keys.d/%u\n");
    expect(files["/etc/ssh/authorized_keys.d/ann"]).toMatchObject({ owner: "root", mode: "0644" });
  });

  it("says that its files decide who can log in, and checks each", () => {
    expect([...loginFiles].sort()).toEqual(Object.keys(files).sort());
    const checked = checks.flatMap((check) => check.files);
    expect([...checked].sort()).toEqual(Object.keys(files).sort());
  });
});
