import { describe, expect, it } from "vitest";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { allServices } from "../../services/node-bundle";
import type { Source } from "../../services/service";
import { authorizedKeys, ssh } from "../../services/ssh/service";
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
    unitFiles = {},
    services = [],
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
    const checked = [...checks.flatMap((check) => check.files), ...(unitFiles.dropIns ?? [])];
    expect([...checked].sort()).toEqual(Object.keys(files).sort());
  });

  const confOf = (from: Source) =>
    ssh(from).part({ adminUser: "ann", adminKeys: [deploy] }).files![
      "/etc/ssh/sshd_config.d/10-webstack.conf"
    ]!.content;

  it("leads through a bastion to SSH servers alone, and through no other node", () => {
    const [bastion, inner] = [confOf("admins"), confOf("lb")];
    expect(bastion.match(/^(AllowTcpForwarding|PermitOpen) .*$/gm)).toEqual([
      "AllowTcpForwarding local",
      "PermitOpen *:22",
    ]);
    expect(inner.match(/^(AllowTcpForwarding|PermitOpen) .*$/gm)).toEqual([
      "AllowTcpForwarding no",
    ]);
  });

  it.each(["admins", "lb"] as const)("forwards no sockets, ports back or agents for %s", (from) => {
    for (const word of ["AllowAgent", "AllowStreamLocal", "X11"]) {
      expect(confOf(from)).toContain(`\n${word}Forwarding no\n`);
    }
    for (const word of ["GatewayPorts", "PermitTunnel"]) {
      expect(confOf(from)).toContain(`\n${word} no\n`);
    }
  });

  it("gives the login of a bastion no way to addresses that are not the stack's", () => {
    for (const hasToken of [true, false]) {
      const services = allServices(LoadBalancerPair.services(hasToken));
      const users = services.flatMap(({ callsOut = [] }) => callsOut).map(({ user }) => user);
      expect(new Set(users)).toEqual(new Set(["webstack-mover"]));
    }
  });

  const dropIn = "/etc/systemd/system/ssh.service.d/webstack.conf";

  it("restarts with another sandbox, which a new login then confirms", () => {
    expect(services).toMatchObject([{ unit: "ssh.service", restartFiles: [dropIn] }]);
    expect(loginFiles).toContain(dropIn);
  });

  it("leaves its sessions what sudo, converge, packages and an operator's mount need", () => {
    const { content } = files[dropIn]!;
    const closed = /NoNewPrivileges|RestrictSUIDSGID|Protect|Private|ReadOnly|Inaccessible|UMask/;
    expect(content).not.toMatch(closed);
    expect(content).toContain("\nRestrictNamespaces=mnt\n");
    expect(content).not.toMatch(/@(mount|privileged|resources|setuid|reboot|debug)/);
    // The profile of AppArmor that a package brings, the boot loader of a server with UEFI, and `ss -p`.
    const [, dropped = ""] = /CapabilityBoundingSet=~(.*)/.exec(content) ?? [];
    expect(dropped).not.toMatch(/MAC_ADMIN|LINUX_IMMUTABLE|SYS_PTRACE|SYS_ADMIN|SETUID|MKNOD/);
  });

  it("names no algorithm that a release of OpenSSH may lack: it only takes some away", () => {
    const conf = files["/etc/ssh/sshd_config.d/10-webstack.conf"]!.content;
    const lists = conf.match(/^(KexAlgorithms|HostKeyAlgorithms|MACs) .*$/gm) ?? [];
    expect(lists).toHaveLength(3);
    for (const line of lists) expect(line).toMatch(/^\w+ -/);
  });
});
