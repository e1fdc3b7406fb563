import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ResourceTransformationArgs } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { isSshPublicKey } from "../../../config/value-forms";
import { unusedKey } from "../../../scripts/drill/edit-list";
import { expectRefused } from "../../../scripts/drill/edits-lockout";
import { type Mistake, mistaken, mistakes, withMistake } from "../../../scripts/drill/lockout";
import { valueOf } from "../../support/record";

const golden = join(__dirname, "..", "..", "services", "golden");
const paths: Record<string, string> = {
  "sshd-line": "/etc/ssh/sshd_config.d/10-webstack.conf",
  "nftables-rule": "/etc/nftables.conf",
  key: "/etc/ssh/authorized_keys.d/webstack",
};

/** The rendered files that decide who can log in to the first node of a mistake's tier. */
function rendered({ role }: Mistake): Record<string, string> {
  const read = (path: string) => readFileSync(join(golden, `${role}-1`, path), "utf8");
  return Object.fromEntries(Object.values(paths).map((path) => [path, read(path)]));
}

/** Lines of a file that are only in one of both forms. */
function difference(mistake: Mistake) {
  const [before, after] = [rendered(mistake), mistaken(mistake, rendered(mistake))];
  const lines = (files: Record<string, string>) =>
    Object.entries(files).flatMap(([path, text]) => text.split("\n").map((line) => [path, line]));
  const only = (one: string[][], other: string[][]) => {
    const known = new Set(other.map((line) => line.join()));
    return one.filter((line) => !known.has(line.join()));
  };
  return {
    gone: only(lines(before), lines(after)),
    added: only(lines(after), lines(before)),
  };
}

const named = (name: string) => mistakes.find((one) => one.name === name)!;

describe("a mistake that locks out", () => {
  it("lets sshd accept another login alone", () => {
    expect(difference(named("sshd-line"))).toEqual({
      gone: [[paths["sshd-line"], "AllowUsers webstack"]],
      added: [[paths["sshd-line"], "AllowUsers nobody"]],
    });
  });

  it("drops new connections to SSH before any rule accepts a port", () => {
    const mistake = named("nftables-rule");
    expect(difference(mistake)).toEqual({
      gone: [],
      added: [[paths["nftables-rule"], "    tcp dport 22 drop"]],
    });
    const text = mistaken(mistake, rendered(mistake))[paths["nftables-rule"]!]!;
    const rules = text.split("\n").filter((line) => line.includes("tcp dport"));
    expect(rules[0]).toBe("    tcp dport 22 drop");
  });

  it("accepts a key that nobody has, and no other", () => {
    const mistake = named("key");
    const text = mistaken(mistake, rendered(mistake))[paths.key!]!;
    const keys = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(new Set(keys)).toEqual(new Set([unusedKey]));
    expect(isSshPublicKey(unusedKey)).toBe(true);
  });

  it.each(mistakes)("$name is refused where no file can have it", (mistake) => {
    expect(() => mistaken(mistake, { "/etc/hosts": "127.0.0.1 localhost\n" })).toThrow(
      `no file can have the mistake ${mistake.name}`,
    );
    const [path] = Object.keys(rendered(mistake)).filter(mistake.isIn);
    expect(() => mistaken(mistake, { [path!]: "# empty\n" })).toThrow("adapt it");
  });

  it("comes into the configurations of its tier, and into no other resource", async () => {
    const mistake = named("sshd-line");
    const bring = (type: string, name: string) =>
      withMistake(mistake)({
        ...{ type, name, resource: undefined as never, opts: {} },
        props: { node: "lb-1", files: rendered(mistake) },
      } as ResourceTransformationArgs);
    expect(bring("host:index:Configuration", "web-1-configuration")).toBeUndefined();
    expect(bring("hcloud:index/server:Server", "lb-1-vm")).toBeUndefined();
    const { props } = bring("host:index:Configuration", "lb-1-configuration")!;
    expect(props.node).toBe("lb-1");
    expect(await valueOf(props.files)).toEqual(mistaken(mistake, rendered(mistake)));
  });
});

describe("an up with a mistake", () => {
  const mistake = named("sshd-line");
  const refused = [
    "   9.0s    update lb-1-vm (0.1 s)",
    "  99.0s    FAILED update lb-1-configuration",
    `  99.1s    lb-1-configuration: lb-1: nobody can log in with ${paths["sshd-line"]} as wanted, so the change was not kept`,
  ].join("\n");

  it("has to fail with node and file", () => {
    expect(() => expectRefused(mistake, "lb-1", { status: 1, output: refused })).not.toThrow();
  });

  it.each([
    ["ends well", 0, refused],
    ["fails at another node", 1, refused.replaceAll("lb-1", "lb-2")],
    ["names another file", 1, refused.replace(paths["sshd-line"]!, paths.key!)],
    ["fails for another reason", 1, refused.replace("nobody can log in", "sshd is down")],
    ["goes on with another node", 1, `${refused}\n  99.2s    update lb-2-configuration (1.0 s)`],
  ])("must not be one that %s", (_, status, output) => {
    expect(() => expectRefused(mistake, "lb-1", { status, output })).toThrow(
      `up with the mistake ended with ${status}`,
    );
  });
});
