import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stackOutputs } from "../../../scripts/operate/operated-stack";

const found = {
  url: "https://www.example.com/",
  floatingIp: { ipv4: "203.0.113.200", ipv6: "2001:db8::1" },
  nodes: [{ name: "lb-1", role: "lb", privateIp: "10.0.1.11", publicIp: "203.0.113.11" }],
  ssh: { user: "webstack", bastions: ["203.0.113.11"] },
  privateKey: "the key",
};

const directories: string[] = [];
afterEach(() => directories.splice(0).forEach((path) => rmSync(path, { recursive: true })));

function scratch(): string {
  directories.push(mkdtempSync(join(tmpdir(), "operated-")));
  return directories.at(-1)!;
}

describe("the outputs of a stack", () => {
  it("come with files for ssh, the key readable by its owner alone, also when it was there", () => {
    const directory = scratch();
    stackOutputs("dev", found, directory);
    const { files } = stackOutputs("dev", { ...found, privateKey: "a new key" }, directory);
    expect(readFileSync(files.key, "utf8")).toBe("a new key\n");
    expect(statSync(files.key).mode & 0o777).toBe(0o600);
  });

  it("come with the pinned host keys, those of an earlier run gone", () => {
    const directory = scratch();
    const pinned = (serverId: number) => {
      const nodes = [{ ...found.nodes[0]!, serverId, hostKey: "ssh-ed25519 AAAA" }];
      const { files } = stackOutputs("dev", { ...found, nodes }, directory);
      return readFileSync(files.pinnedHosts!, "utf8");
    };
    expect(pinned(11)).toBe("lb-1-11 ssh-ed25519 AAAA\n");
    expect(pinned(12)).toBe("lb-1-12 ssh-ed25519 AAAA\n");
  });

  it("hold no key themselves", () => {
    expect(JSON.stringify(stackOutputs("dev", found, scratch()))).not.toContain("the key");
  });

  it("are missing in a stack that was never up", () => {
    expect(() => stackOutputs("dev", {}, scratch())).toThrow(
      "stack dev has no output privateKey; run its pulumi up first",
    );
  });
});
