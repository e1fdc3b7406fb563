import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { floatingAddresses } from "../../services/floating-addresses/service";
import { nodeFacts } from "../support/tier-args";

const [ipv4, ipv6] = ["203.0.113.7/32", "2001:db8:7::1/128"] as const;

function part(...addresses: string[]) {
  const facts = { ...nodeFacts("lb"), floatingAddresses: addresses };
  const { files = {}, services = [], checks = [] } = floatingAddresses.part(facts);
  const content = (name: string) =>
    Object.entries(files).find(([path]) => path.endsWith(`/${name}`))?.[1].content;
  return { content, services, checks };
}

describe("the floating addresses", () => {
  it("are on the loopback interface, which no network daemon configures", () => {
    const unit = part(ipv4, ipv6).content("webstack-floating-ip.service")!;
    expect(unit.match(/^ExecStart=.*/gm)).toEqual([
      `ExecStart=/sbin/ip address replace ${ipv4} dev lo`,
      `ExecStart=-/sbin/ip -6 address replace ${ipv6} dev lo nodad preferred_lft 0`,
    ]);
  });

  it("stay there while their unit restarts", () => {
    const unit = part(ipv4, ipv6).content("webstack-floating-ip.service")!;
    expect(unit).not.toMatch(/^ExecStop/m);
    expect(unit).not.toMatch(/delete/);
    expect(unit).toMatch(/^RuntimeDirectoryPreserve=yes$/m);
  });

  it("are put back on the public interface by a unit that runs on, as far as they are IPv6", () => {
    const { content, services, checks } = part(ipv4, ipv6);
    const program = content("floating-ipv6")!;
    expect(program).toContain(`addresses="${ipv6}"`);
    expect(program).not.toContain(ipv4);
    const unit = content("webstack-floating-ipv6.service")!;
    expect(unit).toMatch(/^Restart=always$/m);
    expect(unit).not.toMatch(/RemainAfterExit|Type=oneshot/);
    expect(services.map((one) => [one.unit, one.restartFiles])).toEqual([
      [
        "webstack-floating-ip.service",
        ["/etc/systemd/system/webstack-floating-ip.service", "/etc/webstack/floating-ip-given-up"],
      ],
      [
        "webstack-floating-ipv6.service",
        ["/etc/systemd/system/webstack-floating-ipv6.service", "/etc/webstack/floating-ipv6"],
      ],
    ]);
    expect(checks.map(({ command }) => command)).toEqual([
      ["/bin/sh", "-n", "/etc/webstack/floating-ip-given-up"],
      ["/bin/sh", "-n", "/etc/webstack/floating-ipv6"],
    ]);
  });

  it("need no such unit without IPv6", () => {
    const { content, services } = part(ipv4);
    expect(content("webstack-floating-ipv6.service")).toBeUndefined();
    expect(services.map(({ unit }) => unit)).toEqual(["webstack-floating-ip.service"]);
  });
});

describe("the program that removes addresses that are given up", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "floating-"));
    writeFileSync(join(folder, "ip"), `#!/bin/sh\necho "$*" >>"${folder}/calls"\n`);
    chmodSync(join(folder, "ip"), 0o755);
    writeFileSync(join(folder, "calls"), "");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What the program asked of `ip` when the unit started with these addresses. */
  function started(...addresses: string[]): string {
    writeFileSync(join(folder, "calls"), "");
    const program = part(...addresses).content("floating-ip-given-up")!;
    const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, RUNTIME_DIRECTORY: folder };
    execFileSync("/bin/sh", ["-c", program], { env });
    return readFileSync(join(folder, "calls"), "utf8");
  }

  it("removes those alone that an earlier start has put there", () => {
    expect(started(ipv4, ipv6)).toBe("");
    expect(started(ipv4, ipv6)).toBe("");
    expect(started(ipv4)).toBe(`address delete ${ipv6} dev lo\n`);
    expect(started(ipv4)).toBe("");
  });
});
