import { describe, expect, it } from "vitest";
import { parseCommandLine, reportJson, reportLines } from "../../../scripts/audit/command-line";
import { isBad, judge, openedPorts, unexpectedSockets } from "../../../scripts/audit/judge";
import type { Seen } from "../../../scripts/audit/read";

const sshd = [
  "kexalgorithms mlkem768x25519-sha256,curve25519-sha256",
  "ciphers aes128-gcm@openssh.com",
  "macs hmac-sha2-256-etm@openssh.com",
  "hostkeyalgorithms ssh-ed25519,rsa-sha2-512",
  ...["permitrootlogin no", "passwordauthentication no", "kbdinteractiveauthentication no"],
  ...["permitemptypasswords no", "x11forwarding no", "allowagentforwarding no"],
  ...["allowstreamlocalforwarding no", "gatewayports no", "permittunnel no"],
  ...["allowtcpforwarding no", "permitopen any"],
];

const closed: Seen = {
  units: [
    { unit: "nginx.service", exposure: 3.1 },
    { unit: "webstack-network-ready.service", exposure: 1.8 },
    { unit: "systemd-journald.service", exposure: 4.9 },
  ],
  sshd,
  sysctls: { "kernel.core_pattern": "|/usr/bin/false", "net.ipv4.conf.all.accept_redirects": "0" },
  sockets: [
    'tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=9,fd=5))',
    'tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=8,fd=3))',
    'tcp LISTEN 0 4096 127.0.0.1:8404 0.0.0.0:* users:(("haproxy",pid=7,fd=5))',
    "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*",
    'udp UNCONN 0 0 10.0.2.11%ens10:68 0.0.0.0:* users:(("systemd-network",pid=3,fd=2))',
  ],
  clock: "yes",
  shells: ["root", "webstack"],
  passwords: [],
  sudoers: [
    { file: "/etc/sudoers", line: "root ALL=(ALL:ALL) ALL" },
    { file: "/etc/sudoers", line: "%sudo ALL=(ALL:ALL) ALL" },
    { file: "/etc/sudoers.d/90-cloud-init-users", line: "webstack ALL=(ALL) NOPASSWD:ALL" },
  ],
  sudoGroup: [],
  writable: [],
  strangeSetuid: [],
  missed: [],
};
const web = { name: "web-1", role: "web" as const };
const look = (different: Partial<Seen> = {}, isLocal = false) =>
  judge(web, { ...closed, ...different }, { adminUser: "webstack", isLocal });

describe("a host that is closed", () => {
  it("has no problem", () => {
    expect(look().problems).toEqual([]);
    expect(isBad([look()])).toBe(false);
  });

  it("has a row for each unit, with the bound if it has one", () => {
    const lines = reportLines([look()]);
    expect(lines[1]).toBe("web-1  web   nginx.service                   3.1    4.0    good");
    expect(lines[3]).toBe("web-1  web   systemd-journald.service        4.9    -");
    expect(lines.at(-1)).toBe("3 units on 1 of 1 nodes: 0 of 2 bounds missed; 0 other problems");
  });
});

describe.each<[string, Partial<Seen>, string]>([
  [
    "a port without an opening",
    { sockets: ['tcp LISTEN 0 5 *:6379 *:* users:(("redis",pid=1,fd=2))'] },
    "redis listens on tcp *:6379, and no service of the node has that opening",
  ],
  [
    "a UDP port",
    { sockets: ["udp UNCONN 0 0 0.0.0.0:111 0.0.0.0:*"] },
    "an unknown program listens on udp 0.0.0.0:111, and no service of the node has that opening",
  ],
  [
    "an algorithm that ssh-audit warns of",
    {
      sshd: [
        "macs hmac-sha1,hmac-sha2-256-etm@openssh.com",
        ...sshd.filter((line) => !line.startsWith("macs")),
      ],
    },
    "sshd offers macs that ssh-audit warns of: hmac-sha1",
  ],
  [
    "a password for SSH",
    {
      sshd: sshd.map((line) =>
        line.replace("passwordauthentication no", "passwordauthentication yes"),
      ),
    },
    "sshd has passwordauthentication yes, must be no",
  ],
  [
    "core dumps",
    { sysctls: { "kernel.core_pattern": "core" } },
    'kernel.core_pattern must be |/usr/bin/false, got "core"',
  ],
  [
    "another user with a shell",
    { shells: ["root", "webstack", "eve"] },
    "the user eve has a shell",
  ],
  [
    "another user with sudo",
    { sudoers: [{ file: "/etc/sudoers.d/x", line: "eve ALL=(ALL) NOPASSWD: ALL" }] },
    "/etc/sudoers.d/x grants: eve ALL=(ALL) NOPASSWD: ALL",
  ],
  [
    "a user whose name begins as the operators' does",
    { sudoers: [{ file: "/etc/sudoers.d/x", line: "webstack-mover ALL=(ALL) ALL" }] },
    "/etc/sudoers.d/x grants: webstack-mover ALL=(ALL) ALL",
  ],
  [
    "another member of the group of sudo",
    { sudoGroup: ["eve"] },
    "the user eve is in a group with sudo",
  ],
  ["a password", { passwords: ["root"] }, "the user root has a password that opens the host"],
  [
    "a file that everybody may write",
    { writable: ["/etc/cron.d/x"] },
    "everybody may write /etc/cron.d/x",
  ],
  [
    "a strange set-user-ID program",
    { strangeSetuid: ["/usr/local/bin/x"] },
    "/usr/local/bin/x runs as its owner, and is of no package",
  ],
  [
    "something that could not be read",
    { missed: ["/etc/shadow: EACCES"] },
    "not looked at: /etc/shadow: EACCES",
  ],
  [
    "no unit at all",
    { units: [] },
    "converge's record names no unit: the node has no configuration",
  ],
])("%s", (_, different, problem) => {
  it("is told, and makes the audit fail", () => {
    expect(look(different).problems).toEqual([problem]);
    expect(isBad([look(different)])).toBe(true);
  });
});

describe("a bound", () => {
  it.each([{ unit: "nginx.service", exposure: 4.1 }, { unit: "nginx.service" }])(
    "is missed by $exposure",
    (one) => {
      const audit = look({ units: [one] });
      expect(audit.problems).toEqual([]);
      expect(isBad([audit])).toBe(true);
      expect(reportLines([audit])[1]).toMatch(/MISSED$/);
      expect(JSON.parse(reportJson([audit]))).toMatchObject({
        ok: false,
        nodes: [{ node: "web-1" }],
      });
    },
  );
});

it("a host of the local cloud is not blamed for the machine's kernel, but for its own network", () => {
  const sysctls = { "kernel.core_pattern": "core", "net.ipv4.conf.all.accept_redirects": "1" };
  expect(look({ sysctls }, true).problems).toEqual([
    'net.ipv4.conf.all.accept_redirects must be 0, got "1"',
  ]);
});

describe("the ports of a node", () => {
  it("are those of its services, the broker's where there is one", () => {
    expect(openedPorts("db", [])).toEqual([22, 3306, 9200, 9201, 33061]);
    expect(openedPorts("db", ["webstack-broker.service"])).toContain(9300);
    expect(openedPorts("lb", [])).toEqual([22, 80, 443, 9400, 10000]);
  });

  it("do not count for an address of the host alone, however it is written", () => {
    const local = ["127.0.0.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9", "127.0.0.53%lo:9"];
    expect(
      unexpectedSockets(
        local.map((one) => `tcp LISTEN 0 1 ${one} *:*`),
        [],
      ),
    ).toEqual([]);
    expect(unexpectedSockets(["tcp LISTEN 0 1 [::]:9 *:*"], [])).toHaveLength(1);
  });
});

it("a command line with something else is refused with the usage", () => {
  expect(() => parseCommandLine(["--nodes", "web-1"])).toThrow(
    /^usage: npm run audit:hosts -- \[--stack/,
  );
  expect(parseCommandLine(["--stack", "dev", "--json", "web-1"])).toEqual({
    stack: "dev",
    nodes: ["web-1"],
    json: true,
  });
});
