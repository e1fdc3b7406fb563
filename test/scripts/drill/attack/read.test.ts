import { describe, expect, it } from "vitest";
import { loggingIn, managing } from "../../../../scripts/drill/attack/programs";
import {
  attackers,
  namesOf,
  unknownPrograms,
  unitOf,
  usersOfUnits,
} from "../../../../scripts/drill/attack/read";

describe("whom an attacker may be", () => {
  const shown =
    "Id=haproxy.service\nUser=\n\nUser=webstack-mover\nId=webstack-mover.service\n\nId=a.service\nUser=root\n";

  it("is the user of a unit, the user to which its processes change, and nobody", () => {
    const byUnit = usersOfUnits(shown);
    expect(byUnit).toEqual({ "webstack-mover.service": "webstack-mover" });
    const units = ["haproxy.service", "webstack-mover.service"];
    const processes = [
      { unit: "haproxy.service", user: "haproxy" },
      { unit: "haproxy.service", user: "root" },
      { unit: "dbus.service", user: "messagebus" },
      { unit: undefined, user: "webstack" },
    ];
    expect(attackers(units, byUnit, processes)).toEqual(["haproxy", "nobody", "webstack-mover"]);
  });

  it.each([
    ["0::/system.slice/haproxy.service\n", "haproxy.service"],
    [
      "0::/system.slice/system-webstack\\x2dapp.slice/webstack-app@3001.service\n",
      "webstack-app@3001.service",
    ],
    ["12:pids:/x\n1:name=systemd:/system.slice/mysql.service/inner\n", "mysql.service"],
    ["0::/user.slice/user-1000.slice/session-4.scope\n", undefined],
  ])("comes from the group of a process: %j", (cgroup, unit) => {
    expect(unitOf(cgroup)).toBe(unit);
  });

  it("has a name by its number", () => {
    expect([...namesOf("root:x:0:0::/root:/bin/sh\napp:x:999:999::/:/bin/false\n")]).toEqual([
      [0, "root"],
      [999, "app"],
    ]);
  });
});

it("strange programs are those of no package, and those that packages bring without the bit", () => {
  const paths = ["/usr/bin/passwd", "/usr/bin/su", "/usr/bin/find"];
  expect(unknownPrograms(paths, ["/usr/bin/su"])).toEqual(["/usr/bin/su", "/usr/bin/find"]);
});

describe("what programs answer", () => {
  it.each([
    ["Failed to start x.service: Unit x.service not found.", true],
    ["Failed to start x.service: Access denied", false],
    ["Failed to start x.service: Interactive authentication required.", false],
    ["Failed to connect to system scope bus via local transport: No such file", false],
    [
      "Failed to start x.service: Connection timed out",
      "Failed to start x.service: Connection timed out",
    ],
  ])("systemctl: %s", (complaint, outcome) => {
    expect(managing({ status: 5, complaint })).toBe(outcome);
  });

  it.each([
    [0, "", true],
    [1, "ERROR 1045 (28000): Access denied for user 'root'@'localhost'", false],
    [1, "ERROR 1698 (28000): Access denied for user 'root'@'localhost'", false],
    [1, "ERROR 2002 (HY000): Can't connect", "ERROR 2002 (HY000): Can't connect"],
    ["ENOENT", "", "mysql ended with ENOENT"],
  ])("mysql: %s %s", (status, complaint, outcome) => {
    expect(loggingIn({ status, complaint })).toBe(outcome);
  });
});
