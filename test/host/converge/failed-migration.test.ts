import { readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../../host/converge/apply";
import { bundle, changingHost, service, type ChangingHost } from "./changing-host";
import { systemd } from "./fake-systemd";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

let host: ChangingHost;
beforeEach(async () => {
  host = await changingHost();
});
afterEach(() => rmSync(host.root, { recursive: true, force: true }));

describe("a release whose migration fails", () => {
  const units = ["migrate.service", "app@1.service", "app@2.service", "proxy.service"] as const;
  const [migrate, first, second, proxy] = units;

  /** Lets the host run the first release with these units, and then tries the second one. */
  async function failedMigration(meanwhile: () => void = () => undefined) {
    const current = join(host.root, "app/current");
    const wanted = (release: string) => ({
      bundle: bundle({
        services: [
          ...[migrate, first, second].map((unit) => service(unit, { restartFiles: [current] })),
          service(proxy, { reloadFiles: [current] }),
        ],
        release: { digest: release, root: join(host.root, "app"), keep: 2 },
      }),
      secrets: {},
    });
    expect(await apply(wanted("old"))).toMatchObject({ ok: true });
    systemd.commands = [];
    systemd.answer = (words) => {
      if (!words.includes("restart") || !words.includes(migrate)) return undefined;
      meanwhile();
      systemd.units.get(migrate)!.active = "failed";
      return { status: 1, stderr: "no such column" };
    };
    const outcome = await apply(wanted("new"));
    expect(outcome).toMatchObject({ ok: false, rolledBack: true });
    expect(readlinkSync(current)).toBe("releases/old");
    return systemd.commands.filter((line) => / (restart|reload-or-restart) /.test(line));
  }

  it("restarts and reloads nothing that runs", async () => {
    expect(await failedMigration()).toEqual([`systemctl restart ${migrate}`]);
  });

  it("restarts a process that ended by itself and came up with the new release", async () => {
    const ended = () => Object.assign(systemd.units.get(second)!, { changedAt: 1_000 });
    expect(await failedMigration(ended)).toEqual([
      `systemctl restart ${migrate}`,
      `systemctl restart ${second}`,
    ]);
  });
});
