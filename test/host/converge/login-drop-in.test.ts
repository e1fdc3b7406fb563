import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../../host/converge/apply";
import type { Wanted } from "../../../host/converge/bundle";
import { unitDirectory } from "../../../host/converge/directories";
import { recover } from "../../../host/converge/undo";
import { power, powerOn } from "./fake-power";
import { systemd } from "./fake-systemd";
import { LoginHost } from "./login-host";
import { ownFile } from "./own-file";

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
  world.meanwhile = () => undefined;
  await host.boot();
});
afterEach(() => {
  powerOn();
  rmSync(host.root, { recursive: true, force: true });
  rmSync(dropIn, { force: true });
});

const dropIn = join(unitDirectory, "ssh.service.d", "webstack.conf");

/** A state in which SSH has a drop-in that the last one did not know. */
function confined(): Wanted {
  const wanted = host.wanted();
  const { bundle } = wanted;
  const services = bundle.services.map((service) =>
    service.unit === "ssh.service" ? { ...service, restartFiles: [dropIn] } : service,
  );
  const files = { ...bundle.files, [dropIn]: ownFile({ content: "[Service]\nUser=nobody\n" }) };
  const loginFiles = [...(bundle.loginFiles ?? []), dropIn];
  return { ...wanted, bundle: { ...bundle, files, loginFiles, services } };
}

const done = () =>
  systemd.commands.filter((line) => /daemon-reload|(restart|stop) ssh\.service/.test(line));
const loaded = ["systemctl daemon-reload", "systemctl restart ssh.service"];

describe("a new drop-in of SSH", () => {
  it("is read by systemd before SSH restarts with it, and stays once somebody logged in", async () => {
    world.meanwhile = () => host.provider();
    expect(await apply(confined())).toMatchObject({ ok: true });
    expect(done().slice(0, 2)).toEqual(loaded);
    expect(existsSync(dropIn)).toBe(true);
  });

  it("that locks everybody out is undone, and SSH restarts without it", async () => {
    const outcome = await apply(confined());
    expect(outcome).toMatchObject({ ok: false, rolledBack: true, unconfirmed: [dropIn] });
    expect(existsSync(dropIn)).toBe(false);
    expect(done()).toEqual([...loaded, ...loaded]);
  });

  it("is undone by the host's timer in the same way if the run was killed", async () => {
    world.meanwhile = () => {
      if (systemd.messages.some((line) => line.startsWith("confirm "))) power.steps = 0;
      if (power.steps === 0) throw new Error("killed");
    };
    await apply(confined());
    powerOn();
    systemd.commands = [];
    expect(await recover(false)).toBe(true);
    expect(existsSync(dropIn)).toBe(false);
    expect(done()).toEqual(loaded);
  });
});
