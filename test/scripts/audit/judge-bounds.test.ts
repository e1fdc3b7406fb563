import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { boundOf } from "../../../scripts/audit/judge";

const golden = join(__dirname, "..", "..", "services", "golden");
const root = mkdtempSync(join(tmpdir(), "audit-bounds-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the packages' own units say that systemd counts. */
const packaged = {
  "haproxy.service": "Type=notify",
  "nginx.service": "Type=forking",
  "keepalived.service": "Type=notify",
  "mysql.service": "Type=notify\nUser=mysql\nGroup=mysql\nPermissionsStartOnly=true",
  "ssh.service": "Type=notify",
  "nftables.service": "Type=oneshot\nProtectSystem=full\nProtectHome=true",
};

/** From systemd 252 on units are analysed without the machine that they are for. */
const version = Number(
  /^systemd (\d+)/.exec(spawnSync("systemd-analyze", ["--version"]).stdout?.toString() ?? "")?.[1],
);

/** systemd's exposure of a unit in the files of a golden host. */
function exposure(host: string, unit: string): number {
  const words = ["security", "--no-pager", "--offline=true", `--root=${host}`, unit];
  const output = execFileSync("systemd-analyze", words, { encoding: "utf8", stdio: "pipe" });
  return Number(/Overall exposure level for .*: ([\d.]+)/.exec(output)![1]);
}

function hostOf(node: string): string {
  const host = join(root, node);
  cpSync(join(golden, node, "etc/systemd"), join(host, "etc/systemd"), { recursive: true });
  mkdirSync(join(host, "usr/lib/systemd/system"), { recursive: true });
  for (const [unit, lines] of Object.entries(packaged)) {
    const text = `[Service]\n${lines}\nExecStart=/usr/sbin/${unit.split(".")[0]}\n`;
    writeFileSync(join(host, "usr/lib/systemd/system", unit), text);
  }
  return host;
}

/** Units of Ubuntu that a drop-in keeps off, so that they run nothing. */
const keptOff = ["apport.service"];

const nodes = [
  "lb-1",
  "lb-2-acme",
  "web-1",
  "app-1",
  "app-3",
  "app-1-python",
  "db-1",
  "db-2",
  "db-3",
];

describe.skipIf(!(version >= 252))("systemd's exposure of every unit with a bound", () => {
  it.each(nodes)(
    "is within it on %s",
    (node) => {
      const host = hostOf(node);
      const names = readdirSync(join(host, "etc/systemd/system")).flatMap((name) => {
        if (name.endsWith(".service.d")) return [name.slice(0, -".d".length)];
        return name.endsWith(".service") ? [name.replace("@.", "@1.")] : [];
      });
      expect(names.length).toBeGreaterThan(2);
      const running = names.filter((name) => !keptOff.includes(name));
      const over = running.flatMap((name) => {
        const { most } = boundOf(name) ?? {};
        expect(most, `${name} has a bound`).toBeDefined();
        const value = exposure(host, name);
        return value <= most! ? [] : [`${name} ${value}`];
      });
      expect(over).toEqual([]);
    },
    60_000,
  );
});

describe("the bound of a unit", () => {
  it("is the issue's, by what the unit runs", () => {
    const most = (unit: string) => boundOf(unit)?.most;
    expect(["webstack-mover.service", "webstack-supervisor.service"].map(most)).toEqual([2, 2]);
    expect(["haproxy.service", "webstack-app-balancer.service"].map(most)).toEqual([4, 4]);
    expect(["app@3101.service", "worker-mail@1.service", "cron-x.service"].map(most)).toEqual([
      4, 4, 4,
    ]);
    expect(most("mysql.service")).toBe(5);
  });

  it("has a reason wherever it is higher than that of its like", () => {
    for (const unit of ["data", "converge-recover", "mysql-kill"]) {
      expect(boundOf(`webstack-${unit}.service`)!.why).toBeTruthy();
    }
  });

  it("is none for a unit of the distribution", () => {
    expect(boundOf("systemd-journald.service")).toBeUndefined();
  });
});
