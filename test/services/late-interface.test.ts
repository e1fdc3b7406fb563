import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Bundle } from "../../services/bundle";
import { cloudConfig } from "../../services/first-boot/cloud-config";
import { webNode } from "./rendered";
import { egress, privateNode } from "./rendered-egress";

const rule = "/usr/lib/udev/rules.d/81-hc-network-interfaces.rules";
const file = "/run/systemd/network/90-webstack-private.network";

/** Commands that cloud-init runs at the begin of each boot, before it installs packages. */
function bootCommands(bundle: Bundle, more: object = {}): string[][] {
  const keys = { deployKey: "ssh-ed25519 AAAA deploy", firstContactKey: "once" };
  const document = cloudConfig({ adminUser: "webstack", ...keys, bundle, ...more });
  return (parse(document, { version: "1.1" }) as { bootcmd?: string[][] }).bootcmd ?? [];
}

describe("a private interface that comes during the boot", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "interface-"));
    stub("systemctl", `echo "$*" >>"${folder}/calls"`);
    // The system's bus is not there yet.
    stub("networkctl", "exit 1");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function stub(name: string, script: string) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  /** Runs the boot commands of a node with all paths below the folder. */
  function boot() {
    for (const [program, ...args] of bootCommands(webNode())) {
      const moved = args.map((text) => text.replace(/\/(run|usr\/lib)\//g, `${folder}/$1/`));
      const PATH = [folder, process.env.PATH].join(delimiter);
      execFileSync(program!, moved, { env: { PATH } });
    }
  }
  const has = (path: string) => existsSync(join(folder, path));

  it("has settings before the packages are installed, and systemd-networkd reads them", () => {
    boot();
    const text = readFileSync(join(folder, file), "utf8");
    expect(text).toContain("[Match]\nProperty=ID_NET_NAME_MAC=enx86*\n[Network]\nDHCP=ipv4\n");
    expect(text).toContain("[DHCPv4]\nUseMTU=yes\n");
    expect(readFileSync(join(folder, "calls"), "utf8")).toBe(
      "--no-block try-reload-or-restart systemd-networkd.service\n",
    );
  });

  it("is left to the image's own settings, whose names sort before", () => {
    const [directory, image] = ["run/systemd/network", "10-netplan-enp7s0.network"];
    mkdirSync(join(folder, directory), { recursive: true });
    writeFileSync(join(folder, directory, image), "");
    boot();
    expect(readdirSync(join(folder, directory)).sort()).toEqual([image, expect.anything()]);
  });

  it("is left to Hetzner's own DHCP client, in images that have it", () => {
    mkdirSync(join(folder, rule, ".."), { recursive: true });
    writeFileSync(join(folder, rule), "");
    boot();
    expect(has(file)).toBe(false);
    expect(has("calls")).toBe(false);
  });

  it("fails no boot of a host without systemd-networkd", () => {
    stub("systemctl", "exit 5");
    boot();
    expect(has(file)).toBe(true);
  });

  it("does not exist on a server without a public side, which starts with its interface", () => {
    expect(bootCommands(privateNode(), { egress })).toEqual([]);
  });
});
