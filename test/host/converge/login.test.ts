import { existsSync, readFileSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../../host/converge/apply";
import { recover, undonePath } from "../../../host/converge/undo";
import { swapDirectory } from "../../../host/converge/swap";
import { reboot } from "./changing-host";
import { power, powerOn } from "./fake-power";
import { systemd } from "./fake-systemd";
import { type Contents, LoginHost, open, touched } from "./login-host";

let host: LoginHost;
const world = vi.hoisted(() => ({ meanwhile: (): void => undefined }));
vi.mock("node:fs", async (original) =>
  (await import("./fake-power.js")).powered(await original<typeof import("node:fs")>()),
);
vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async () => {
  const { runModule } = await import("./fake-systemd.js");
  return { ...runModule, pause: async () => world.meanwhile() };
});

beforeEach(async () => {
  host = new LoginHost();
  world.meanwhile = () => host.provider();
  await host.boot();
});
afterEach(() => {
  powerOn();
  rmSync(host.root, { recursive: true, force: true });
});

/** Changes that a checker takes and that lock everybody out, each beside one of the site. */
const lockouts: [keyof Contents, string][] = [
  ["sshd", "AllowUsers nobody\n"],
  ["firewall", "tcp dport 80 accept\n"],
  ["keys", "deploy-with-a-typing-error\nann\n"],
];
const timer = (line: string) => line.includes("webstack-undo");

/** A run that is cut off while it waits for the confirmation. */
async function killedWhileWaiting(different: Partial<Contents>): Promise<void> {
  world.meanwhile = () => {
    if (systemd.messages.some((line) => line.startsWith("confirm "))) power.steps = 0;
    if (power.steps === 0) throw new Error("killed");
  };
  await apply(host.wanted(different));
  powerOn();
}

describe.each(lockouts)("a change of %s that locks everybody out", (name, content) => {
  const different = { [name]: content, site: "second\n" };

  it("is undone, and named; the site was not touched", async () => {
    const outcome = await apply(host.wanted(different));
    expect(outcome).toMatchObject({
      ...{ ok: false, rolledBack: true, unconfirmed: [host.path(name)] },
      error: `no new login within 90 s after a change of ${host.path(name)}`,
    });
    expect(host.picture()).toEqual(open);
    expect(touched().filter((line) => line.includes("nginx"))).toEqual([]);
    expect(systemd.commands.filter(timer).at(-1)).toBe("systemctl stop webstack-undo.timer");
  });

  it("is undone by the host's timer if the run was killed, once", async () => {
    await killedWhileWaiting(different);
    expect(host.read(name)).toBe(content);
    systemd.commands = [];
    expect(await recover(true)).toBe(true);
    expect(host.picture()).toEqual(open);
    expect(touched().filter((line) => line.includes("nginx"))).toEqual([]);
    const undone = { id: "c0ffee", files: [host.path(name)] };
    expect(JSON.parse(readFileSync(undonePath, "utf8"))).toEqual(undone);
    expect(await recover(true)).toBe(false);
  });

  it("is undone at the next boot", async () => {
    await killedWhileWaiting(different);
    reboot();
    expect(await recover(true)).toBe(true);
    expect(host.picture()).toEqual(open);
  });
});

describe("a change of who can log in", () => {
  const different: Partial<Contents> = { keys: "deploy\nbob\n", site: "second\n" };

  it("is kept once somebody logged in anew, and the rest follows", async () => {
    let siteMeanwhile: string | undefined;
    world.meanwhile = () => {
      siteMeanwhile ??= host.read("site");
      host.provider();
    };
    const changed = [host.path("keys"), host.path("site")];
    expect(await apply(host.wanted(different))).toMatchObject({ ok: true, changed });
    expect(host.picture()).toEqual({ ...open, ...different });
    expect(siteMeanwhile).toBe("first\n");
    expect(existsSync(swapDirectory)).toBe(false);
  });

  it("has a timer from before the first change until it is confirmed", async () => {
    await apply(host.wanted({ sshd: "AllowUsers webstack ann\n" }));
    const order = systemd.commands.filter((line) => timer(line) || line.includes(" ssh.service"));
    expect(order).toEqual([
      "systemctl stop webstack-undo.timer",
      "systemd-run --unit=webstack-undo --collect --quiet --on-active=110 " +
        "--timer-property=AccuracySec=1s /usr/bin/node /usr/local/lib/webstack/converge.js recover",
      "systemctl reload-or-restart ssh.service",
      "check ssh.service",
      "check ssh.service",
      "systemctl stop webstack-undo.timer",
      "check ssh.service",
    ]);
  });

  it("is not made if the timer cannot be started", async () => {
    systemd.answer = ([program]) =>
      program === "/usr/bin/systemd-run" ? { status: 1, stderr: "no bus" } : undefined;
    const outcome = await apply(host.wanted(different));
    expect(outcome).toMatchObject({ ok: false, rolledBack: true });
    expect(host.picture()).toEqual(open);
  });

  it("is undone with all else if the site does not become healthy afterwards", async () => {
    systemd.answer = ([program, unit]) =>
      program === "/check" && unit === "nginx.service" && host.read("site") === "second\n"
        ? { status: 1 }
        : undefined;
    const outcome = await apply(host.wanted(different));
    expect(outcome).toMatchObject({ ok: false, rolledBack: true });
    expect(outcome).not.toHaveProperty("unconfirmed");
    expect(host.picture()).toEqual(open);
  });

  it("that was cut off is undone by the next run, which makes and confirms it again", async () => {
    await killedWhileWaiting(different);
    systemd.messages = [];
    world.meanwhile = () => host.provider();
    expect(await apply(host.wanted(different))).toMatchObject({ ok: true });
    expect(host.picture()).toEqual({ ...open, ...different });
  });

  it("is one like any other where nobody would confirm it, as at the first boot", async () => {
    expect(await apply(host.unwatched(different))).toMatchObject({ ok: true });
    expect(systemd.commands.filter(timer)).toEqual([]);
  });
});

it("a change of the site alone is not waited for", async () => {
  host.confirms = undefined;
  expect(await apply(host.wanted({ site: "second\n" }))).toMatchObject({ ok: true });
  expect(systemd.commands.filter(timer)).toEqual([]);
});
