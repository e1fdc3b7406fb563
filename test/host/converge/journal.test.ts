import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../../host/converge/apply";
import {
  journalPath,
  recentReleases,
  readJournal,
  recordSwitch,
} from "../../../host/converge/journal";
import { changingHost, type ChangingHost } from "./changing-host";
import { powerOn } from "./fake-power";
import { systemd } from "./fake-systemd";

vi.mock("node:fs", async (original) =>
  (await import("./fake-power.js")).powered(await original<typeof import("node:fs")>()),
);
vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const digests = () => readJournal().map(({ digest }) => digest);

let host: ChangingHost;
beforeEach(async () => (host = await changingHost()));
afterEach(() => {
  powerOn();
  rmSync(host.root, { recursive: true, force: true });
});

describe("the journal of releases", () => {
  it("has each release that was brought up, with its time, for root alone", async () => {
    await apply(host.second);
    expect(digests()).toEqual(["old", "new"]);
    expect(readJournal()[1]!.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(statSync(journalPath).mode & 0o777).toBe(0o600);
  });

  it("is not written where nothing is switched", async () => {
    const before = readFileSync(journalPath, "utf8");
    await apply(host.first);
    expect(readFileSync(journalPath, "utf8")).toBe(before);
  });

  it("does not have a release that was taken back", async () => {
    systemd.answer = ([program]) => (program === "/check" ? { status: 1 } : undefined);
    expect(await apply(host.second)).toMatchObject({ ok: false, rolledBack: true });
    expect(digests()).toEqual(["old"]);
  });

  it("begins with what ran before there was one", () => {
    rmSync(journalPath);
    recordSwitch("b", "a");
    recordSwitch("c", "b");
    expect(digests()).toEqual(["a", "b", "c"]);
  });

  it("names each release once, the latest first", () => {
    rmSync(journalPath);
    for (const [digest, before] of [
      ["b", "a"],
      ["a", "b"],
    ] as const) {
      recordSwitch(digest, before);
    }
    expect(digests()).toEqual(["a", "b", "a"]);
    expect(recentReleases()).toEqual(["a", "b"]);
  });

  it("is bounded", () => {
    for (let n = 0; n < 120; n++) recordSwitch(String(n), undefined);
    expect(digests()).toHaveLength(50);
    expect(digests().at(-1)).toBe("119");
  });

  it("that cannot be read stops nothing, and begins anew", async () => {
    writeFileSync(journalPath, '{"switches":');
    expect(readJournal()).toEqual([]);
    expect((await apply(host.second)).ok).toBe(true);
    expect(digests()).toEqual(["old", "new"]);
    expect(systemd.messages.join()).toContain("forget the journal of releases");
  });
});

describe("a release that fails", () => {
  it("goes where as many as are kept ran before", async () => {
    host.second.bundle.release!.keep = 1;
    systemd.answer = ([program]) => (program === "/check" ? { status: 1 } : undefined);
    await apply(host.second);
    expect(() => statSync(`${host.root}/app/releases/new`)).toThrow("ENOENT");
    expect(statSync(`${host.root}/app/releases/old`).isDirectory()).toBe(true);
  });
});
