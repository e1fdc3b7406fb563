import { describe, expect, it } from "vitest";
import {
  automaticUpdatePaths,
  patchedByHand,
} from "../../services/operating-system/automatic-updates";
import { appNode, contentOf, loadBalancer, webNode } from "./rendered";
import { databaseNode } from "./rendered-database";

const nodes = [loadBalancer(), webNode(), appNode(), databaseNode()].map(
  (bundle) => [bundle.node, bundle] as const,
);
/** As unattended-upgrades does it: Python's re.match looks at the beginning. */
const isHeld = (name: string) => patchedByHand.some((one) => new RegExp(`^(?:${one})`).test(name));

describe.each(nodes)("automatic updates of %s", (_, bundle) => {
  const apt = contentOf(bundle, automaticUpdatePaths.apt);

  it("install security updates daily, and never reboot", () => {
    expect(apt).toContain('APT::Periodic::Unattended-Upgrade "1";');
    expect(apt).toContain('Unattended-Upgrade::Automatic-Reboot "false";');
    const [, list] = /Package-Blacklist \{\n([^]*?)\n\};/.exec(apt)!;
    expect(list!.split("\n")).toEqual(patchedByHand.map((name) => `  "${name}";`));
  });

  it("restart no service whose libraries were replaced", () => {
    const needrestart = contentOf(bundle, automaticUpdatePaths.needrestart);
    expect(needrestart).toContain("$nrconf{restart} = 'l';");
    expect(needrestart).toContain("$nrconf{override_rc} = { qr(.) => 0 };");
  });

  it("have an hour of their own on each host, and none right after a boot", () => {
    const timer = contentOf(bundle, automaticUpdatePaths.timer);
    expect(timer).toMatch(
      /OnCalendar=\nOnCalendar=.*\nRandomizedDelaySec=23h\nFixedRandomDelay=true/,
    );
    expect(timer).toContain("Persistent=false");
  });

  it("are refused by apt itself before they are used", () => {
    const command = ["/usr/bin/apt-config", "dump"];
    expect(bundle.checks).toContainEqual({ files: [automaticUpdatePaths.apt], command });
  });
});

describe("packages that npm run patch alone upgrades", () => {
  it("are those whose restart reaches visitors, and the kernel", () => {
    const held = [
      ...["mysql-server", "mysql-server-8.4", "mysql-server-core-8.4", "mysql-client-8.4"],
      ...["haproxy", "nginx", "nginx-common", "libnginx-mod-http-geoip", "keepalived", "nodejs"],
      ...["libnode115", "linux-image-virtual", "linux-image-6.17.0-5-generic", "linux-modules-x"],
      ...["systemd", "systemd-resolved", "udev", "netplan.io", "nftables"],
    ];
    expect(held.filter((name) => !isHeld(name))).toEqual([]);
  });

  it("are not those that nothing restarts by itself, or that strangers reach first", () => {
    const unattended = ["openssh-server", "libssl3t64", "libc6", "curl", "sudo", "python3.13"];
    expect(unattended.filter(isHeld)).toEqual([]);
  });
});
