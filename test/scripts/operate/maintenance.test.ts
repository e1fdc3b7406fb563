import { execFileSync } from "node:child_process";
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
const nodes = () => stack.told.map(({ node }) => node);

beforeEach(() => {
  stack.told = [];
  stack.answer = () => "";
});

describe("maintenance", () => {
  it("begins on every web and app node, and ends there", async () => {
    await startMaintenance(outputs);
    expect(nodes()).toEqual(["web-1", "web-2", "app-1"]);
    const [web, , app] = stack.told.map(({ command }) => command);
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
    for (const { command } of stack.told) {
      execFileSync("sh", ["-n"], { input: command });
      const inner = execFileSync("sh", ["-c", `sudo() { printf %s "$3"; }; ${command}`]);
      execFileSync("sh", ["-n"], { input: inner });
    }
  });
});
