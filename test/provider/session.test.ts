import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../provider/connect";
import { privateKey } from "./inputs";
import { type SshHost, sshHost } from "./ssh-host";

let host: SshHost | undefined;
afterEach(() => host?.close());

/** A session with a host whose commands say five lines, one each 300 ms. */
async function slow() {
  host = await sshHost(() => ({ stdout: "1\n2\n3\n4\n5\n", pauseMs: 300 }));
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
});
