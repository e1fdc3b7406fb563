import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../../host/converge/apply";
import { readManifest } from "../../../host/converge/manifest";
import { stateDirectory, unitDirectory } from "../../../host/converge/directories";
import { changingHost, pictureOf, type ChangingHost } from "./changing-host";
import { power, powerOn } from "./fake-power";
import { systemd } from "./fake-systemd";

vi.mock("node:fs", async (original) =>
  (await import("./fake-power.js")).powered(await original<typeof import("node:fs")>()),
);
vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const swap = join(stateDirectory, "swap");
let host: ChangingHost;
let before: string[];
beforeEach(async () => {
  host = await changingHost();
  before = pictureOf(host);
});
afterEach(() => {
  powerOn();
  rmSync(host.root, { recursive: true, force: true });
});

const etc = (name: string) => join(host.root, "etc", name);
/** Lets a unit's health fail while the second state is on the host. */
const unhealthy = (unit: string) => {
  systemd.answer = ([program, asked]) =>
    program === "/check" && asked === unit && readFileSync(etc("main.conf"), "utf8") === "second\n"
      ? { status: 1, stdout: "out of order" }
      : undefined;
};
/** Lets changes of the disk fail that this pattern fits, once the swap has begun to be undone. */
const failWhileUndoing = (pattern: RegExp) => {
  power.fault = (change) => {
    const undoing = systemd.messages.some((line) => line.startsWith("roll back"));
    if (undoing && pattern.test(change)) throw new Error("ENOSPC: no space left on device");
  };
};

describe("a change that fails", () => {
  it("keeps its release staged: app nodes may run that already", async () => {
    symlinkSync("releases/new", join(host.root, "app/next"));
    before = pictureOf(host);
    unhealthy("new.service");
    expect(await apply(host.second)).toMatchObject({ ok: false, rolledBack: true });
    expect(pictureOf(host)).toEqual(before);
    expect(existsSync(join(host.root, "app/next/."))).toBe(true);
  });

  it("is taken back after the swap when a service does not become healthy", async () => {
    unhealthy("new.service");
    const outcome = await apply(host.second);
    expect(outcome).toMatchObject({ ok: false, rolledBack: true });
    expect(outcome).toHaveProperty("error", expect.stringContaining("/check new.service: out of"));
    expect(outcome).not.toHaveProperty("notBack");
    expect(pictureOf(host)).toEqual(before);
    expect(systemd.commands.slice(-4)).toEqual([
      "systemctl daemon-reload",
      "systemctl enable --quiet old.service",
      "systemctl restart kept.service",
      "systemctl start old.service",
    ]);
  });

  it("is taken back on a disk that is full from then on", async () => {
    power.fault = (change) => {
      const full = systemd.messages.some((line) => line.startsWith("write"));
      if (full && /^(writeSync|copyFileSync)/.test(change))
        throw new Error("ENOSPC: no space left on device");
    };
    const outcome = await apply(host.second);
    expect(outcome).toMatchObject({ ok: false, rolledBack: true });
    expect(outcome).toHaveProperty(
      "error",
      expect.stringMatching(/main\.conf cannot be .* ENOSPC/),
    );
    expect(pictureOf(host)).toEqual(before);
  });

  it("is taken back where a file cannot have a second name", async () => {
    power.fault = (change) => {
      if (/^linkSync/.test(change)) throw new Error("EXDEV: cross-device link not permitted");
    };
    unhealthy("new.service");
    expect(await apply(host.second)).toMatchObject({ ok: false, rolledBack: true });
    expect(pictureOf(host)).toEqual(before);
  });

  it("changes nothing when the disk is full before the swap", async () => {
    power.fault = (change) => {
      if (/writeSync .*record/.test(change)) throw new Error("ENOSPC: no space left on device");
    };
    expect(await apply(host.second)).toMatchObject({ ok: false, rolledBack: false });
    expect(pictureOf(host)).toEqual(before);
    expect(systemd.commands.filter((line) => line.startsWith("systemctl"))).toEqual([]);
  });

  it("changes nothing when a checker refuses it", async () => {
    const command = ["/bin/main-check"];
    host.second.bundle.checks = [{ files: [etc("main.conf")], command }];
    systemd.answer = (words) =>
      words.includes("/bin/main-check") ? { status: 2, stderr: "line 1" } : undefined;
    const outcome = await apply(host.second);
    expect(outcome).toMatchObject({ ok: false, rolledBack: false });
    expect(outcome).toHaveProperty("error", expect.stringContaining("exited with 2:\nline 1"));
    expect(pictureOf(host)).toEqual(before);
  });

  it("starts a managed service again that was down, and fails as put back if it stays sick", async () => {
    systemd.answer = ([program]) => (program === "/check" ? { status: 1 } : undefined);
    rmSync(etc("moved.conf"));
    writeFileSync(etc("moved.conf"), "first\n", { mode: 0o640 });
    expect(await apply(host.first)).toMatchObject({ ok: false, rolledBack: true });
  });
});

describe("a roll-back that fails", () => {
  it("names what is not back, says that the rest is, and leaves the services alone", async () => {
    unhealthy("new.service");
    failWhileUndoing(/renameSync .*main\.conf/);
    const outcome = await apply(host.second);
    expect(outcome).toMatchObject({ ok: false, rolledBack: false });
    expect(outcome).toHaveProperty("error", expect.stringContaining("new.service is not healthy"));
    expect(outcome).toHaveProperty(
      "notBack",
      `the host could not be rolled back completely: ${etc("main.conf")} cannot be written: ` +
        "ENOSPC: no space left on device; every other file is restored, and the services were " +
        `not touched; the next run or boot tries again with the copies in ${swap}`,
    );
    expect(readFileSync(etc("main.key"), "utf8")).toBe("secret of first\n");
    expect(systemd.commands).not.toContain("systemctl start old.service");
    expect(readManifest().pending).toBe(true);
  });

  it("is finished by the next run, which then does its own work", async () => {
    unhealthy("new.service");
    failWhileUndoing(/renameSync .*main\.conf/);
    await apply(host.second);
    systemd.answer = undefined;
    power.fault = undefined;
    expect(await apply(host.first)).toMatchObject({ ok: true });
    const clean = before.filter((line) => !line.includes("moved.conf"));
    expect(pictureOf(host).filter((line) => !line.includes("moved.conf"))).toEqual(clean);
  });

  it("keeps a next run from changing anything while it goes on failing", async () => {
    unhealthy("new.service");
    failWhileUndoing(/renameSync .*main\.conf/);
    await apply(host.second);
    const mixed = pictureOf(host);
    expect(await apply(host.second)).toMatchObject({
      ok: false,
      error: "the changes of an interrupted run must be undone first",
      notBack: expect.stringContaining("main.conf cannot be written"),
    });
    expect(pictureOf(host)).toEqual(mixed);
  });

  it.each([
    ["daemon-reload", "/usr/bin/systemctl"],
    ["new.service", "new.service could not be stopped and disabled"],
  ])("says that files are back when only systemd refuses: %s", async (word, why) => {
    unhealthy("new.service");
    const answer = systemd.answer!;
    systemd.answer = (command) => {
      const undoing = systemd.messages.some((line) => line.startsWith("roll back"));
      const refuses = undoing && command.includes(word) && !command.includes("show");
      return refuses ? { status: 1, stderr: "no bus" } : answer(command);
    };
    const outcome = await apply(host.second);
    expect(outcome).toHaveProperty("rolledBack", false);
    expect(outcome).toHaveProperty(
      "notBack",
      expect.stringContaining(`every file is restored, but not every service: ${why}`),
    );
    systemd.answer = undefined;
    await apply(host.first);
    expect(readdirSync(unitDirectory)).toEqual(["old.service"]);
  });
});

describe("a record of an interrupted run that cannot be read", () => {
  it.each(["", '{"version":1,"ke', '{"version":2}'])("stops the run: %j", async (record) => {
    unhealthy("new.service");
    failWhileUndoing(/renameSync .*main\.conf/);
    await apply(host.second);
    writeFileSync(join(swap, "record.json"), record);
    const mixed = pictureOf(host);
    expect(await apply(host.second)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/record\.json .* cannot be read: .* then remove \/.*\/swap$/),
    });
    expect(pictureOf(host)).toEqual(mixed);
  });
});
