import { beforeEach, describe, expect, it, vi } from "vitest";
import { pinnedCommand, pinnedRuntime } from "../../../scripts/deploy/stack-file";
import { outputsWith } from "../operate/support/nodes";

const host = vi.hoisted(() => ({ asked: [] as string[], answer: "" }));
vi.mock("../../../scripts/operate/ssh", () => ({
  runOnNode: async (_: unknown, node: string, command: string) => {
    host.asked.push(`${node}: ${command}`);
    return host.answer;
  },
}));
beforeEach(() => void Object.assign(host, { asked: [], answer: "" }));

const digest = "a".repeat(64);
const command = (app: object, facts?: { command?: string[] }) =>
  pinnedCommand(outputsWith("web-1", "app-1"), { digest, facts, app: app as never });
const encoded = (packageJson: object) =>
  Buffer.from(JSON.stringify(packageJson)).toString("base64");

describe("the command that a release is pinned with", () => {
  it("is none if the settings have one for all releases", async () => {
    expect(await command({ command: "node a.js" }, { command: ["node", "b.js"] })).toBeUndefined();
  });

  it("is none for a site without a server", async () => {
    expect(
      await command({ static: { only: true } }, { command: ["node", "b.js"] }),
    ).toBeUndefined();
    expect(await command({ static: {} }, { command: ["node", "b.js"] })).toBe("node b.js");
    expect(host.asked).toEqual([]);
  });

  it("is what the release says of itself", async () => {
    const facts = { command: ["next", "start", "-p", "${PORT}"] };
    expect(await command({}, facts)).toBe("next start -p $PORT");
    expect(host.asked).toEqual([]);
  });

  it("is that of releases which the hosts fetch", async () => {
    expect(await command({ url: "https://example.com/a.tar.gz" })).toBe("node server.js");
  });

  it("is read on a node from a release of before it said anything", async () => {
    host.answer = encoded({ scripts: { start: "node main.js" } });
    expect(await command({})).toBe("node main.js");
    expect(host.asked[0]).toMatch(new RegExp(`^app-1: .*/srv/app/releases/${digest}/package.json`));
    host.answer = "server\n";
    expect(await command({})).toBe("node server.js");
  });

  it("must be set if nobody says it", async () => {
    await expect(command({})).rejects.toThrow(
      "webstack:app.command must be set for the release aaaaaaaaaaaa, whose package.json says nothing",
    );
    host.answer = `server\n${encoded({ scripts: { start: "a && b" } })}`;
    await expect(command({})).rejects.toThrow('says "a && b"');
  });
});

describe("the runtime that a release is pinned with", () => {
  const runtime = (app: object, facts?: object) =>
    pinnedRuntime({ digest, facts, app: app as never });

  it("is its own, whatever the settings say", () => {
    const own = { runtime: { node: "22.23.3" } };
    expect(runtime({ runtime: { node: 24 } }, own)).toEqual({ node: "22.23.3" });
    expect(runtime({}, own)).toEqual({ node: "22.23.3" });
  });

  it("is the distribution's if it has none and the settings do", () => {
    expect(runtime({ runtime: { node: 24 } }, { version: "1.0.0" })).toEqual({});
  });

  it("is not said if nobody has one, or nothing is known of the release", () => {
    expect(runtime({}, { version: "1.0.0" })).toBeUndefined();
    expect(runtime({ runtime: { node: 24 } })).toBeUndefined();
  });
});
