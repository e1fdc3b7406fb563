import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
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
