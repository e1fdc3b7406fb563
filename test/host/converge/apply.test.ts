import { lstatSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../../host/converge/apply";
import { readManifest } from "../../../host/converge/manifest";
import { stateDirectory, unitDirectory } from "../../../host/converge/directories";
import { changingHost, service, type ChangingHost } from "./changing-host";
import { power, powerOn } from "./fake-power";
import { systemd } from "./fake-systemd";

vi.mock("node:fs", async (original) =>
  (await import("./fake-power.js")).powered(await original<typeof import("node:fs")>()),
);
vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const swap = join(stateDirectory, "swap");
let host: ChangingHost;
beforeEach(async () => {
  host = await changingHost();
});
afterEach(() => {
  powerOn();
  rmSync(host.root, { recursive: true, force: true });
});

const etc = (name: string) => join(host.root, "etc", name);
describe("apply", () => {
  it("brings the host to the wanted state and keeps nothing of the one before", async () => {
    const outcome = await apply(host.second);
    expect(outcome).toMatchObject({ ok: true, waiting: {} });
    expect(readFileSync(etc("main.conf"), "utf8")).toBe("second\n");
    expect(readFileSync(etc("main.key"), "utf8")).toBe("secret of second\n");
    expect(readdirSync(unitDirectory)).toEqual(["new.service"]);
    expect(readdirSync(stateDirectory).sort()).toEqual(["manifest.json", "release-journal.json"]);
    expect(readManifest().pending).toBe(false);
  });

  it("does nothing to a host that is as it should be", async () => {
    await apply(host.second);
    systemd.commands = [];
    power.done = [];
    expect(await apply(host.second)).toMatchObject({ ok: true, changed: [] });
    expect(systemd.commands.filter((line) => line.startsWith("systemctl"))).toEqual([]);
    const written = power.done.filter((change) => /rename|openSync/.test(change));
    expect(written).toEqual([]);
  });

  it("turns a unit off before its file is gone, and lets systemd read the new ones", async () => {
    let there: boolean | undefined;
    systemd.answer = (command) => {
      if (command.includes("disable")) there = readdirSync(unitDirectory).includes("old.service");
      return undefined;
    };
    await apply(host.second);
    expect(there).toBe(true);
    expect(systemd.commands.filter((line) => line.startsWith("systemctl"))).toEqual([
      "systemctl disable --now --quiet old.service",
      "systemctl reset-failed old.service",
      "systemctl daemon-reload",
      "systemctl enable --quiet new.service",
      "systemctl restart kept.service",
      "systemctl start new.service",
    ]);
  });

  it("keeps copies for itself alone while it changes the host", async () => {
    const modes: string[] = [];
    systemd.answer = ([program]) => {
      if (program !== "/check" || modes.length > 0) return undefined;
      modes.push((statSync(swap).mode & 0o777).toString(8));
      const secret = readdirSync(swap, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => join(swap, name))
        .find((path) => readFileSync(path, "utf8").startsWith("secret of first"));
      modes.push((statSync(secret!).mode & 0o777).toString(8));
      expect(readFileSync(join(swap, "record.json"), "utf8")).not.toContain("secret of");
      return undefined;
    };
    await apply(host.second);
    expect(modes).toEqual(["700", "600"]);
  });

  it("ends the staging of its release, and of one that was given up", async () => {
    const next = join(host.root, "app/next");
    symlinkSync("releases/new", next);
    expect((await apply(host.second)).ok).toBe(true);
    expect(lstatSync(next, { throwIfNoEntry: false })).toBeUndefined();
    symlinkSync("releases/old", next);
    expect((await apply(host.second)).ok).toBe(true);
    expect(lstatSync(next, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("says that a release could not be cleared away, and succeeds", async () => {
    host.second.bundle.release!.keep = 1;
    power.fault = (change) => {
      if (/rmSync .*releases/.test(change)) throw new Error("EBUSY");
    };
    expect((await apply(host.second)).ok).toBe(true);
    expect(systemd.messages).toContain("left behind EBUSY");
  });
});

describe("a service without what it needs", () => {
  it("stays off and is named with the path", async () => {
    const needs = [etc("later.key")];
    host.second.bundle.services.push(service("later.service", { needs }));
    expect(await apply(host.second)).toMatchObject({
      ok: true,
      services: { "later.service": "waiting" },
      waiting: { "later.service": needs },
    });
    expect(systemd.commands.join()).not.toContain("start later.service");
  });
});
