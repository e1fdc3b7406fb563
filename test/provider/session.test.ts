import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { connect } from "../../provider/connect";
import { privateKey } from "./inputs";
import { type SshHost, sshHost } from "./ssh-host";

let host: SshHost | undefined;
afterEach(() => host?.close());

/** A session with a host whose commands say five lines, one each 300 ms. */
async function slow() {
  return sessionWith(await sshHost(() => ({ stdout: "1\n2\n3\n4\n5\n", pauseMs: 300 })));
}

function sessionWith(started: SshHost) {
  host = started;
  return connect({
    connection: { host: "127.0.0.1", port: host.port, user: "webstack", privateKey, bastions: [] },
    ...{ pinned: undefined, timeoutSeconds: 5, urn: "urn:db-1", say: () => undefined },
    signal: new AbortController().signal,
  });
}

describe("a session's time", () => {
  it("ends a command that takes too long", async () => {
    const session = await slow();
    await expect(session.run("copy", { timeoutSeconds: 0.7 })).rejects.toThrow(
      '"copy" did not end on the host within 0.7 s',
    );
  });

  it("goes on for as long as a command whose lines are wanted says some", async () => {
    const session = await slow();
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    await session.run("copy", { timeoutSeconds: 0.7, onLine });
    expect(lines).toEqual(["1", "2", "3", "4", "5"]);
    session.close();
  });

  it("ends a command whose lines are wanted once it says none", async () => {
    const session = await slow();
    const run = session.run("copy", { timeoutSeconds: 0.2, onLine: () => undefined });
    await expect(run).rejects.toThrow('"copy" said nothing on the host for 0.2 s');
  });

  const folder = mkdtempSync(join(tmpdir(), "session-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "release");
  writeFileSync(file, Buffer.alloc(48 << 20));
  const sent = async (takesMs: number) => {
    const answer = (_: string, stdin: string) => ({ stdout: String(stdin.length) });
    const session = await sessionWith(await sshHost(answer, () => true, takesMs));
    const begun = performance.now();
    const { stdout } = await session.run("receive", { file, timeoutSeconds: 1.5 });
    session.close();
    return { stdout, tookMs: performance.now() - begun };
  };

  it("goes on for as long as the host takes more of a file", async () => {
    const { stdout, tookMs } = await sent(2);
    expect(stdout).toBe(String(48 << 20));
    expect(tookMs).toBeGreaterThan(1_500);
  });

  it("ends a command that takes no more of a file", async () => {
    await expect(sent(5_000)).rejects.toThrow(
      '"receive" neither ended on the host nor took more of its input for 1.5 s',
    );
  });
});
