import { afterEach, describe, expect, it } from "vitest";
import { connect, type ConnectArgs } from "../../provider/connect";
import { HostKeyMismatch } from "../../provider/host-key";
import { ConnectionLost } from "../../provider/session";
import { privateKey } from "./inputs";
import { closedPort, sshHost, type Answer, type SshHost } from "./ssh-host";

const hosts: SshHost[] = [];
afterEach(() => hosts.splice(0).forEach((host) => host.close()));

async function host(answer: (command: string, stdin: string) => Answer = () => ({})) {
  const started = await sshHost(answer);
  hosts.push(started);
  return started;
}

function visit(
  port: number,
  overrides: Partial<ConnectArgs> = {},
  bastions: string[] = [],
): ConnectArgs {
  return {
    connection: { host: "127.0.0.1", port, user: "webstack", privateKey, bastions },
    pinned: undefined,
    timeoutSeconds: 5,
    urn: "urn:web-1",
    say: () => undefined,
    signal: new AbortController().signal,
    ...overrides,
  };
}

describe("connect", () => {
  it("learns the host's key at the first contact and accepts it afterwards", async () => {
    const { port, key } = await host();
    const first = await connect(visit(port));
    expect(first.hostKey).toBe(key);
    const second = await connect(visit(port, { pinned: key }));
    for (const session of [first, second]) session.close();
  });

  it("sends nothing to a host with another key, and says how to go on", async () => {
    const { port, commands } = await host();
    const { key } = await host();
    const refused = await connect(visit(port, { pinned: key })).catch((error: Error) => error);
    expect(refused).toBeInstanceOf(HostKeyMismatch);
    expect((refused as Error).message).toContain("npm run roll");
    expect(commands).toEqual([]);
  });

  it("goes through the first bastion that works", async () => {
    const target = await host(() => ({ stdout: "through" }));
    const bastion = await host();
    const ways = [`127.0.0.1:${await closedPort()}`, `127.0.0.1:${bastion.port}`];
    const session = await connect(visit(target.port, {}, ways));
    expect((await session.run("hello")).stdout).toBe("through");
    expect(bastion.forwards).toEqual([`127.0.0.1:${target.port}`]);
    expect(session.hostKey).toBe(target.key);
    session.close();
  });

  it("names the reason of every way when none works in time", async () => {
    const ways = [`127.0.0.1:${await closedPort()}`];
    const visited = connect(visit(22, { timeoutSeconds: 1 }, ways));
    await expect(visited).rejects.toThrow(
      /within 1 s \(through 127.0.0.1:\d+: the bastion: .*REFUSED/,
    );
  });

  it("stops when it is cancelled", async () => {
    const stop = new AbortController();
    const visited = connect(visit(await closedPort(), { signal: stop.signal, timeoutSeconds: 60 }));
    setTimeout(() => stop.abort(new Error("cancelled")), 100);
    await expect(visited).rejects.toThrow("cancelled");
  });
});

describe("a session", () => {
  it("feeds standard input and returns output, lines and status", async () => {
    const { port } = await host((command, stdin) => ({
      stdout: `${command}\n${stdin.length}\n`,
      stderr: "warned",
      status: 3,
    }));
    const session = await connect(visit(port));
    const lines: string[] = [];
    const input = "x".repeat(300_000);
    const result = await session.run("apply", { input, onLine: (line) => lines.push(line) });
    expect(result).toEqual({ status: 3, stdout: "apply\n300000\n", stderr: "warned" });
    expect(lines).toEqual(["apply", "300000"]);
    session.close();
  });

  it("tells a lost connection from a failed command", async () => {
    const { port } = await host(() => "hang-up");
    const session = await connect(visit(port));
    await expect(session.run("apply")).rejects.toBeInstanceOf(ConnectionLost);
  });
});
