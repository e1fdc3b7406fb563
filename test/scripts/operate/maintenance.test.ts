import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  endMaintenance,
  maintenanceStates,
  startMaintenance,
} from "../../../scripts/operate/maintenance";
import { outputsWith } from "./support/nodes";

const stack = vi.hoisted(() => ({
  told: [] as { node: string; command: string }[],
  answer: (_node: string, _command: string): string => "",
}));
vi.mock("../../../scripts/operate/ssh", () => ({
  runOnNode: async (_outputs: unknown, node: string, command: string) => {
    stack.told.push({ node, command });
    return stack.answer(node, command);
  },
}));

const outputs = outputsWith("lb-1", "web-1", "web-2", "app-1", "db-1");
const asks = "echo on";
const changes = () => stack.told.filter(({ command }) => !command.endsWith(asks));
const nodes = () => changes().map(({ node }) => node);

beforeEach(() => {
  stack.told = [];
  stack.answer = () => "";
});

describe("maintenance", () => {
  it("begins on every web and app node, and ends there", async () => {
    expect(await startMaintenance(outputs)).toBe(false);
    expect(nodes()).toEqual(["web-1", "web-2", "app-1"]);
    const [web, , app] = changes().map(({ command }) => command);
    expect(web).toContain("touch /var/lib/webstack-maintenance");
    expect(web).not.toContain("systemctl stop");
    expect(app).toContain("systemctl stop");
    stack.told = [];
    await endMaintenance(outputs);
    expect(nodes()).toEqual(["web-1", "web-2", "app-1"]);
    expect(stack.told[0]!.command).toContain("systemctl reload nginx.service");
    expect(stack.told[2]!.command).toContain("xargs -r systemctl start");
  });

  it("ends everywhere if it does not begin on one node, which is named", async () => {
    stack.answer = (node, command) => {
      if (node === "web-2" && command.includes("touch")) throw new Error("answers 200 and not 503");
      return "";
    };
    await expect(startMaintenance(outputs)).rejects.toThrow(
      "the stack is not in maintenance: web-2: answers 200 and not 503",
    );
    expect(nodes().slice(3)).toEqual(["web-1", "web-2", "app-1"]);
  });

  it("that was on before on any node does not end anywhere if it does not begin on another one", async () => {
    stack.answer = (node, command) => {
      if (command.endsWith(asks)) return node === "app-1" ? "on\n" : "";
      if (node === "web-2") throw new Error("answers 200 and not 503");
      return "";
    };
    await expect(startMaintenance(outputs)).rejects.toThrow(
      "the maintenance stays on where it was before, and is not on everywhere: web-2: answers 200",
    );
    expect(nodes()).toEqual(["web-1", "web-2", "app-1"]);
    stack.answer = (node, command) => (command.endsWith(asks) && node === "app-1" ? "on\n" : "");
    expect(await startMaintenance(outputs)).toBe(true);
  });

  it("changes no node if one does not answer", async () => {
    stack.answer = (node) => {
      if (node === "web-2") throw new Error("no route");
      return "on\n";
    };
    await expect(startMaintenance(outputs)).rejects.toThrow(
      "the maintenance did not begin: web-2 must answer over ssh, and did not; nothing was changed",
    );
    expect(nodes()).toEqual([]);
  });

  it.each([true, false])(
    "on a web node stays on after a failure only if it was: %s",
    async (wasOn) => {
      await startMaintenance(outputs);
      const folder = mkdtempSync(join(tmpdir(), "maintenance-"));
      const file = join(folder, "on");
      if (wasOn) writeFileSync(file, "");
      const command = changes()[0]!.command.replaceAll("/var/lib/webstack-maintenance", file);
      // Nginx answers with something else.
      const fakes = 'sudo() { "$@"; }; curl() { echo 200; }; sleep() { :; }; export -f curl sleep;';
      const script = `${fakes} ${command.replace("sudo sh ", "sudo bash ")}`;
      expect(spawnSync("bash", ["-c", script]).status).toBe(1);
      expect(existsSync(file)).toBe(wasOn);
      rmSync(folder, { recursive: true });
    },
  );

  it("is told for each node, and unknown where none answers", async () => {
    stack.answer = (node) => {
      if (node === "app-1") throw new Error("no route");
      return node === "web-1" ? "on\n" : "";
    };
    expect([...(await maintenanceStates(outputs))]).toEqual([
      ["web-1", true],
      ["web-2", false],
      ["app-1", undefined],
    ]);
  });

  it("has commands that a shell can read", async () => {
    await startMaintenance(outputs);
    await endMaintenance(outputs);
    for (const { command } of changes()) {
      execFileSync("sh", ["-n"], { input: command });
      const inner = execFileSync("sh", ["-c", `sudo() { printf %s "$3"; }; ${command}`]);
      execFileSync("sh", ["-n"], { input: inner });
    }
  });
});

describe("maintenance of an app node", () => {
  let folder: string;
  const file = () => join(folder, "maintenance");
  const ran = () => readFileSync(join(folder, "ran"), "utf8").trim().split("\n");

  /** A systemctl that notes its words, after whether the file of the maintenance is there. */
  const fakeSystemctl = () => `#!/bin/sh
    [ -e ${file()} ] && echo "on: $*" >> ${folder}/ran || echo "off: $*" >> ${folder}/ran
    case "$1" in
      show) printf '%s\\n\\n%s\\n' 'app@3101.service getty.target worker-mail@1.service cron.service' cron-report.timer ;;
      is-active) [ -e ${folder}/drained ] ;;
      start) [ ! -e ${folder}/broken ] ;;
    esac`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "maintenance-"));
    writeFileSync(join(folder, "systemctl"), fakeSystemctl(), { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the command of app-1 here; resolves with its exit status. */
  async function onApp(change: (of: typeof outputs) => Promise<unknown>): Promise<number | null> {
    stack.told = [];
    rmSync(join(folder, "ran"), { force: true });
    await change(outputs);
    const { command } = changes().find(({ node }) => node === "app-1")!;
    const here = command.replaceAll("/var/lib/webstack-maintenance", file());
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    return spawnSync("bash", ["-c", `sudo() { "$@"; }; ${here}`], { env }).status;
  }

  it("stops workers and jobs once systemd starts them for nobody", async () => {
    expect(await onApp(startMaintenance)).toBe(0);
    expect(existsSync(file())).toBe(true);
    expect(ran()).toEqual([
      "on: is-active --quiet webstack-step-back.timer webstack-step-back.service",
      "on: stop cron-*.timer worker-*.service cron-*.service",
    ]);
  });

  it("disarms the return of a drained node, whose processes return at once and without its workers", async () => {
    writeFileSync(join(folder, "drained"), "");
    expect(await onApp(startMaintenance)).toBe(0);
    expect(ran().slice(1)).toEqual([
      "on: stop webstack-step-back.timer webstack-step-back.service",
      "on: show --property=Wants --value multi-user.target timers.target",
      "on: --no-block start app@3101.service",
      "on: stop cron-*.timer worker-*.service cron-*.service",
    ]);
  });

  it("ends before the start of what is enabled by then, whatever ran when it began", async () => {
    writeFileSync(file(), "worker-gone@1.service\n");
    expect(await onApp(endMaintenance)).toBe(0);
    expect(ran().at(-1)).toBe("off: start worker-mail@1.service cron-report.timer");
    expect(await onApp(endMaintenance)).toBe(0);
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it("is ended again after a start that failed", async () => {
    await onApp(startMaintenance);
    writeFileSync(join(folder, "broken"), "");
    expect(await onApp(endMaintenance)).not.toBe(0);
    rmSync(join(folder, "broken"));
    expect(await onApp(endMaintenance)).toBe(0);
    expect(ran().at(-1)).toBe("off: start worker-mail@1.service cron-report.timer");
  });
});
