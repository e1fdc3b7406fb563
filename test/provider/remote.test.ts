import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../provider/connect";
import { prefetchRelease, pushRelease, stageRelease } from "../../provider/remote";
import { pushRuntime } from "../../provider/release";
import type { Session } from "../../provider/session";
import { connectionTo, sshHost } from "./ssh-host";

const digest = "a".repeat(64);
const release = { digest, root: "/srv/app", keep: 3 };
const folder = mkdtempSync(join(tmpdir(), "remote-"));
const archive = join(folder, "app.tar.gz");
writeFileSync(archive, "the archive");
afterAll(() => rmSync(folder, { recursive: true }));
const silent = { status: () => undefined, info: () => undefined, warn: () => undefined };

/** A host whose converge has the release or not, with what it was told. */
async function host(present: boolean, ended: object = { ok: true }) {
  const told: [string, string][] = [];
  const { port, close } = await sshHost((command, stdin) => {
    const [, words = ""] = /converge\.js (.*)$/.exec(command) ?? [];
    told.push([words, stdin]);
    const answer = /^has-(release|runtime)/.test(words) ? { ok: true, present } : ended;
    return { stdout: `${JSON.stringify(answer)}\n` };
  });
  const session: Session = await connect(connectionTo(port));
  onTestFinished(() => {
    session.close();
    close();
  });
  return { session, told };
}

describe("a runtime that is pushed", () => {
  const runtime = { digest: "b".repeat(64), root: "/srv/runtime" };
  const place = `${runtime.digest} ${runtime.root}`;
  const own = { ...release, runtime, runtimeArchive: archive };

  it("is sent to a host that does not have it, and to no other", async () => {
    const { session, told } = await host(false);
    expect(await pushRuntime(session, { release: own }, silent)).toBe(true);
    expect(told).toEqual([
      [`has-runtime ${place}`, ""],
      [`receive-runtime ${place}`, "the archive"],
    ]);
    const { session: other, told: asked } = await host(true);
    expect(await pushRuntime(other, { release: own }, silent)).toBe(false);
    expect(asked).toHaveLength(1);
  });

  it("is none where a release has none of its own", async () => {
    const { session, told } = await host(false);
    expect(await pushRuntime(session, { release }, silent)).toBe(false);
    expect(told).toEqual([]);
  });

  it("that is gone is named", async () => {
    const { session } = await host(false);
    const pushed = pushRuntime(session, { release: { ...release, runtime } }, silent);
    await expect(pushed).rejects.toThrow(
      `the host does not have the runtime ${runtime.digest}, and no archive was given`,
    );
  });

  it("that did not arrive whole is an error", async () => {
    const { session } = await host(false, { ok: false, error: "another sum" });
    await expect(pushRuntime(session, { release: own }, silent)).rejects.toThrow(
      "the runtime did not arrive: another sum",
    );
  });
});

describe("a release that is pushed", () => {
  it("is sent to a host that does not have it", async () => {
    const { session, told } = await host(false);
    expect(await pushRelease(session, { release: { ...release, archive } }, silent)).toBe(true);
    expect(told).toEqual([
      [`has-release ${digest}`, ""],
      [`receive ${digest}`, "the archive"],
    ]);
  });

  it("is not sent to one that has it", async () => {
    const { session, told } = await host(true);
    expect(await pushRelease(session, { release: { ...release, archive } }, silent)).toBe(false);
    expect(told).toHaveLength(1);
  });

  it("that is pinned and gone says how to go on", async () => {
    const { session } = await host(false);
    await expect(pushRelease(session, { release }, silent)).rejects.toThrow(
      `the host does not have the release ${digest}, and its archive is not here either: webstack:app.release ` +
        `names it. Put it here as .webstack/releases/${digest}.tar.gz from where it was packed, or run npm run deploy`,
    );
  });
});

describe("a release that a host fetches ahead", () => {
  const url = "https://example.com/app.tar.gz?signature=secret";

  it("is told on standard input, where no process of the host reads it", async () => {
    const { session, told } = await host(false);
    expect(await prefetchRelease(session, { ...release, url })).toBe(true);
    expect(told[1]).toEqual(["fetch", JSON.stringify({ ...release, url })]);
  });

  it("is not fetched again", async () => {
    const { session, told } = await host(true);
    expect(await prefetchRelease(session, { ...release, url })).toBe(false);
    expect(told).toHaveLength(1);
  });

  it("that is another file stops before anything is switched", async () => {
    const { session } = await host(false, { ok: false, error: "must have SHA-256 a, got b" });
    await expect(prefetchRelease(session, { ...release, url })).rejects.toThrow(
      "the release cannot be fetched: must have SHA-256 a, got b",
    );
  });
});

describe("a release that is staged", () => {
  it("is told without the paths of this machine", async () => {
    const { session, told } = await host(true);
    expect(await stageRelease(session, { ...release, archive } as typeof release)).toBe(true);
    expect(told).toEqual([["stage", JSON.stringify(release)]]);
  });

  it("is passed over by a converge that cannot stage", async () => {
    const { session } = await host(true, { ok: false, error: "command must be boot, got stage" });
    expect(await stageRelease(session, release)).toBe(false);
  });

  it("that does not fit stops before anything is switched", async () => {
    const { session } = await host(true, { ok: false, error: "No space left on device" });
    await expect(stageRelease(session, release)).rejects.toThrow(
      "the release cannot be staged: No space left on device",
    );
  });
});
