import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { consoleCommand, unitProperties } from "../../../scripts/console/console-command";

const golden = join(__dirname, "..", "..", "services", "golden");
const unit = (node: string) =>
  readFileSync(join(golden, node, "etc/systemd/system/app@.service"), "utf8");
const answer = (node: string, instance: string) =>
  `app@${instance}.service loaded active running App, process ${instance}\n\n${unit(node)}`;

describe("the properties of a unit", () => {
  it("are what its program may do and see, with its instance", () => {
    expect(unitProperties(unit("app-2"), "3101")).toEqual([
      "User=app",
      "WorkingDirectory=/srv/app/current",
      "Environment=NODE_ENV=production HOME=/var/lib/app",
      "Environment=PATH=/srv/app/current/node_modules/.bin:/usr/local/bin:/usr/bin:/bin",
      "EnvironmentFile=/etc/webstack/app.env",
      "StateDirectory=app",
      "CacheDirectory=app",
      "NoNewPrivileges=yes",
      "ProtectSystem=strict",
      "ProtectHome=yes",
      "PrivateTmp=yes",
      "CapabilityBoundingSet=",
      "ProtectClock=yes",
      "ProtectHostname=yes",
      "ProtectControlGroups=yes",
      "ProtectKernelLogs=yes",
      "ProtectKernelModules=yes",
      "ProtectKernelTunables=yes",
      "LockPersonality=yes",
      "RestrictRealtime=yes",
      "SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap",
      "SystemCallErrorNumber=EPERM",
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
      "Environment=PORT=3101 PROCESS=3101 HOST=127.0.0.1",
    ]);
  });

  it("are none of a program that speaks to systemd, or of its sections", () => {
    const all = unitProperties(unit("app-1"), "1").join("\n");
    expect(all).toContain("Environment=PORT=3000 PROCESS=1");
    expect(all).not.toMatch(/Type=|NotifyAccess|WatchdogSec|Exec|Restart|Wanted|Description/);
  });

  it("have no specifiers left", () => {
    expect(unitProperties("[Service]\nEnvironment=A=100%% B=%i\n", "1")).toEqual([
      "Environment=A=100% B=1",
    ]);
  });
});

describe("the command of a console", () => {
  it("runs a shell as the first process is run, on the terminal", () => {
    const command = consoleCommand(answer("app-2", "3101"), [], true);
    expect(command).toMatch(/^'sudo' 'systemd-run' '--quiet' '--collect' '--wait' '--pty' /);
    expect(command).toContain(" '--property=User=app' ");
    expect(command).toMatch(/ '--' '\/usr\/bin\/env' '\/bin\/bash'$/);
  });

  it("has the environment's secrets from the file alone", () => {
    const command = consoleCommand(answer("app-1", "1"), [], true);
    expect(command).toContain("'--property=EnvironmentFile=/etc/webstack/app.env'");
    expect(command).not.toMatch(/PASSWORD|DATABASE_URL|SESSION_SECRET/);
  });

  it("runs a command without a terminal, word by word, and nothing of it is replaced", () => {
    const words = ["node", "-e", "console.log('$HOME %i')"];
    const command = consoleCommand(answer("app-1", "1"), words, false);
    expect(command).toContain("'--pipe' '--expand-environment=no'");
    expect(command.endsWith(`'/usr/bin/env' 'node' '-e' 'console.log('\\''$HOME %i'\\'')'`)).toBe(
      true,
    );
  });

  it("is refused on a node without the app", () => {
    expect(() => consoleCommand("\n", [], true)).toThrow("no process of an app is known");
  });
});
