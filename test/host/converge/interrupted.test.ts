import { rmSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../../host/converge/apply";
import { recover } from "../../../host/converge/undo";
import { changingHost, pictureOf, reboot, type ChangingHost } from "./changing-host";
import { power } from "./fake-power";
import { systemd } from "./fake-systemd";

vi.mock("node:fs", async (original) =>
  (await import("./fake-power.js")).powered(await original<typeof import("node:fs")>()),
);
vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

let host: ChangingHost | undefined;
function leave(): void {
  if (host) rmSync(host.root, { recursive: true, force: true });
  host = undefined;
}
afterEach(leave);

/** A new host in the first state, with what it and its whole change look like; names are its own. */
async function newHost() {
  leave();
  host = await changingHost();
  return { ...host, before: pictureOf(host) };
}

/** Changes of the disk that this work makes. */
async function stepsOf(work: () => Promise<unknown>): Promise<number> {
  power.done = [];
  await work();
  return power.done.filter((change) => !change.startsWith("fsyncSync")).length;
}

const breakHealth = () => {
  systemd.answer = ([program]) => (program === "/check" ? { status: 1, stdout: "no" } : undefined);
};

describe("a power cut during a change", () => {
  it("leaves, after the next boot, the state before or the state after, whenever it comes", async () => {
    const whole = await newHost();
    const steps = await stepsOf(() => apply(whole.second));
    const ends: string[] = [];
    for (let cut = 0; cut <= steps; cut++) {
      const cutHost = await newHost();
      power.steps = cut;
      await apply(cutHost.second);
      reboot();
      await recover(true);
      const found = pictureOf(cutHost);
      const back = JSON.stringify(found) === JSON.stringify(cutHost.before);
      ends.push(back ? "before" : "after");
      const again = await apply(cutHost.second);
      expect(again.ok).toBe(true);
      const after = pictureOf(cutHost);
      if (!back) expect(found, `cut at ${cut}`).toEqual(after);
      expect(after).not.toEqual(cutHost.before);
    }
    const commit = ends.indexOf("after");
    expect(steps).toBeGreaterThan(30);
    expect(commit).toBeGreaterThan(steps / 2);
    expect(ends.slice(commit)).not.toContain("before");
  });

  it("is undone by the next run where no boot came in between", async () => {
    const { second, before } = await newHost();
    const started = await stepsOf(() => apply(second));
    const cutHost = await newHost();
    power.steps = Math.floor(started / 2);
    await apply(cutHost.second);
    power.steps = Infinity;
    breakHealth();
    expect(await apply(cutHost.second)).toMatchObject({ ok: false, rolledBack: true });
    expect(pictureOf(cutHost)).toEqual(cutHost.before);
    expect(before).toHaveLength(cutHost.before.length);
    expect(systemd.messages).toContain(
      "recover the last run was interrupted: its changes are undone",
    );
  });
});

describe("a power cut while a change is undone", () => {
  it("leaves the state before, whenever it comes in the roll-back of a run", async () => {
    const whole = await newHost();
    const forward = await stepsOf(() => apply(whole.second));
    const failing = await newHost();
    breakHealth();
    const steps = await stepsOf(() => apply(failing.second));
    // The change ends with its manifest and the swap's record; a roll-back begins before these.
    for (let cut = Math.floor(forward / 2); cut <= steps; cut++) {
      const cutHost = await newHost();
      breakHealth();
      power.steps = cut;
      await apply(cutHost.second);
      reboot();
      await recover(true);
      expect(pictureOf(cutHost), `cut at ${cut} of ${steps}`).toEqual(cutHost.before);
    }
    expect(steps).toBeGreaterThan(forward);
  });

  it("leaves the state before, whenever it comes in the recovery at boot", async () => {
    const whole = await newHost();
    const forward = await stepsOf(() => apply(whole.second));
    for (let cut = 0, steps = 1; cut <= steps; cut++) {
      const cutHost = await newHost();
      power.steps = Math.floor(forward * 0.8);
      await apply(cutHost.second);
      reboot();
      power.steps = cut;
      await recover(true).catch(() => undefined);
      reboot();
      await recover(true);
      expect(pictureOf(cutHost), `cut at ${cut}`).toEqual(cutHost.before);
      if (cut === 0) steps = 40;
    }
  });
});

describe("what is on the disk before the first change", () => {
  it("is the record with all copies, and their names", async () => {
    const { second, root } = await newHost();
    power.done = [];
    await apply(second);
    const first = power.done.findIndex((change) => change.startsWith(`renameSync ${root}/etc/`));
    const earlier = power.done
      .slice(0, first)
      .map((change) => change.replace(/\S+\/converge-state-[^/]+/, "STATE"));
    const copies = earlier.filter((change) => /^(sym)?linkSync STATE\/swap\//.test(change));
    // main.conf, moved.conf, mode.conf, main.key, gone.conf, old.service, the journal and the manifest.
    expect(copies).toHaveLength(8);
    const last = earlier.findLastIndex((change) => change.startsWith("linkSync"));
    const record = earlier.indexOf("renameSync STATE/swap/record.json");
    expect(last).toBeLessThan(record);
    expect(earlier.indexOf("fsyncSync STATE/swap", record)).toBeGreaterThan(record);
    expect(earlier.indexOf("fsyncSync STATE/swap/.record.json.webstack")).toBeGreaterThan(last);
  });
});

describe("the recovery at boot", () => {
  it("waits for no job, since the jobs of the boot may wait for it", async () => {
    const whole = await newHost();
    const forward = await stepsOf(() => apply(whole.second));
    const { second } = await newHost();
    power.steps = Math.floor(forward * 0.8);
    await apply(second);
    reboot();
    expect(await recover(true)).toBe(true);
    const jobs = systemd.commands.filter((line) => / (start|restart|disable|reload)/.test(line));
    expect(jobs.length).toBeGreaterThan(1);
    expect(jobs.filter((line) => !line.includes("--no-block"))).toEqual([]);
    expect(systemd.commands).toContain("systemctl daemon-reload");
  });

  it("does nothing after a run that was finished", async () => {
    const { second } = await newHost();
    await apply(second);
    reboot();
    expect(await recover(true)).toBe(false);
    expect(systemd.commands).toEqual([]);
  });
});
