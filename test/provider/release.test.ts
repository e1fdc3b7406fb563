import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { proofOf } from "../../provider/host-key";
import { stageOn } from "../../provider/release";
import { privateKey } from "./inputs";
import { closedPort, sshHost } from "./ssh-host";

const firstContactKey = "the key of the first contact";
const release = { digest: "a".repeat(64), root: "/srv/app", keep: 3 };
const folder = mkdtempSync(join(tmpdir(), "staging-"));
const archive = join(folder, "app.tar.gz");
writeFileSync(archive, "the archive");
afterAll(() => rmSync(folder, { recursive: true }));

interface Different {
  present?: boolean;
  /** Key with which the host proves its host key. */
  proves?: string;
  staged?: { ok: false; error: string } | "hang-up";
}

/** A web node with a running converge, and what it was told. */
async function webNode({ present = false, proves = firstContactKey, staged }: Different = {}) {
  const told: [string, string][] = [];
  const { port, close, key } = await sshHost((command, stdin) => {
    const [, words = ""] = /converge\.js (.*)$/.exec(command) ?? [];
    told.push([words, stdin]);
    const json = (answer: object) => ({ stdout: `${JSON.stringify(answer)}\n` });
    if (words === "prove") return json({ ok: true, hostKeys: { [key]: proofOf(key, proves) } });
    if (words.startsWith("has-release")) return json({ ok: true, present });
    if (words !== "stage") return json({ ok: true });
    return staged === "hang-up" ? staged : json(staged ?? { ok: true });
  });
  onTestFinished(close);
  const connection = { host: "127.0.0.1", port, user: "webstack", privateKey, bastions: [] };
  return { told, host: { node: "web-1", connection: { ...connection, firstContactKey } } };
}

const words = (told: [string, string][]) => told.map(([command]) => command.split(" ")[0]);

describe("staging on a web node", () => {
  it("sends the release to a host that proves its key, then stages it", async () => {
    const { host, told } = await webNode();
    expect(await stageOn(host, { ...release, archive })).toBeUndefined();
    expect(words(told)).toEqual(["prove", "has-release", "receive", "stage"]);
    expect(told[2]![1]).toBe("the archive");
    expect(told[3]![1]).toBe(JSON.stringify(release));
  });

  it("sends nothing that is there, and lets the host fetch what has an address", async () => {
    const there = await webNode({ present: true });
    await stageOn(there.host, { ...release, archive });
    expect(words(there.told)).toEqual(["prove", "has-release", "stage"]);
    const url = "https://example.com/app.tar.gz";
    const fetching = await webNode();
    await stageOn(fetching.host, { ...release, url });
    expect(words(fetching.told)).toEqual(["prove", "has-release", "fetch", "stage"]);
  });

  it("sends nothing to a host that cannot prove its key, and says so", async () => {
    const { host, told } = await webNode({ proves: "another key" });
    const reason = await stageOn(host, { ...release, archive });
    expect(reason).toContain("the SSH host key of web-1 is not proved");
    expect(words(told)).toEqual(["prove"]);
  });

  it("says why a host is not reached, is lost or cannot stage", async () => {
    const lost = await webNode({ staged: "hang-up" });
    expect(await stageOn(lost.host, { ...release, archive })).toContain("connection");
    const older = await webNode({
      staged: { ok: false, error: "command must be boot, got stage" },
    });
    expect(await stageOn(older.host, { ...release, archive })).toBe("its converge is older");
    const { host } = await webNode();
    const gone = { ...host, connection: { ...host.connection, port: await closedPort() } };
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const waiting = stageOn(gone, release);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await waiting).toContain("ECONNREFUSED");
  });

  it("stops at a host that cannot take the release, and names it", async () => {
    const full = await webNode({ staged: { ok: false, error: "No space left on device" } });
    await expect(stageOn(full.host, { ...release, archive })).rejects.toThrow(
      "web-1: the release cannot be staged: No space left on device",
    );
    const { host } = await webNode();
    await expect(stageOn(host, release)).rejects.toThrow(
      "web-1: the host does not have the release",
    );
  });
});
