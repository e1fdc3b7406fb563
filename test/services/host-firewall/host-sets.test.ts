import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  hostSetsPath,
  hostSetsProgram,
  nftablesDropIn,
} from "../../../services/host-firewall/host-sets";

let folder: string;
const sets = () => join(folder, "sets.nft");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "webstack-sets-"));
  // An nft that takes what has no word in it, as the real one does without a resolver.
  program("nft", 'grep -q "elements = { [0-9a-f:.]* }"');
  program("id", 'case "$2" in _chrony) echo 110 ;; *) exit 1 ;; esac');
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Runs the program with an `/etc/resolv.conf`; the lines of its file. */
function found(resolvConf: string): string[] {
  writeFileSync(join(folder, "resolv.conf"), resolvConf);
  const script = hostSetsProgram()
    .replace(hostSetsPath, sets())
    .replace("/etc/resolv.conf", join(folder, "resolv.conf"));
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  execFileSync("/bin/sh", ["-c", script], { env });
  return existsSync(sets()) ? readFileSync(sets(), "utf8").trim().split("\n") : [];
}

const clock = "add element inet webstack clock_users { 110 }";

describe("the sets of a host", () => {
  it("hold the users that exist, and no server where a resolver answers on a loopback address", () => {
    expect(found("nameserver 127.0.0.53\noptions edns0\n")).toEqual([clock]);
  });

  it("hold the servers of a host without such a resolver, without what nft refuses", () => {
    const text =
      "# hetzner\nnameserver 185.12.64.1\nnameserver  2a01:4ff:ff00::add:1 # v6\nnameserver strange\n";
    expect(found(text)).toEqual([
      clock,
      "add element inet webstack nameservers { 185.12.64.1 }",
      "add element inet webstack nameservers6 { 2a01:4ff:ff00::add:1 }",
    ]);
  });

  it("stay as they were while the host knows no server, as early in a boot", () => {
    const before = found("nameserver 185.12.64.1\n");
    expect(found("search example.com\n")).toEqual(before);
  });

  it("are written at a first boot, whatever it knows", () => {
    expect(found("")).toEqual([clock]);
  });
});

it("a load of the firewall waits for the sets, and comes without them too", () => {
  const lines = nftablesDropIn("/x").split("\n").slice(2);
  expect(lines).toEqual([
    "ExecStartPre=-/bin/sh /x",
    "ExecReload=",
    "ExecReload=-/bin/sh /x",
    "ExecReload=/usr/sbin/nft -f /etc/nftables.conf",
    "",
  ]);
});
