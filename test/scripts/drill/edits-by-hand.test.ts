import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Drift } from "../../../preview/model";
import { expectDrift, handEdits } from "../../../scripts/drill/edits-by-hand";
import { changedHosts, digestOf, expectChanged } from "../../../scripts/drill/edit-watch";
import type { StackNode } from "../../../scripts/operate/outputs";
import type { Bundle } from "../../../services/bundle";

const nodes = ["lb-1", "lb-2", "web-1", "web-2", "app-1", "app-2", "db-1", "db-2", "db-3"].map(
  (name): StackNode => ({
    ...{ name, privateIp: "10.0.0.1" },
    role: name.split("-")[0] as StackNode["role"],
  }),
);
const edits = handEdits(nodes);
const drifted = edits.map(({ node, path }): Drift => ({
  ...{ what: node, isGone: false, values: [] },
  files: [{ path, kind: "changed", lines: [], isSecret: false }],
}));

describe("edits by hand", () => {
  it("are on five hosts of all tiers, in files that the program renders", () => {
    expect(new Set(edits.map(({ node }) => node)).size).toBe(5);
    expect(new Set(edits.map(({ node }) => node.split("-")[0])).size).toBe(4);
    for (const { node, path } of edits) {
      const file = join(__dirname, "..", "..", "services", "golden", `${node}.bundle.json`);
      const { files, secretFiles } = JSON.parse(readFileSync(file, "utf8")) as Bundle;
      const rendered = Array.isArray(files) ? files : Object.keys(files);
      expect([...rendered, ...Object.keys(secretFiles)], node).toContain(path);
    }
  });

  it("need two nodes of a tier", () => {
    expect(() => handEdits(nodes.filter(({ name }) => name !== "web-2"))).toThrow(
      "this drill needs web-2",
    );
  });

  it("are found if each is one changed file", () => {
    expect(() => expectDrift(drifted, edits)).not.toThrow();
  });

  const gone: Drift = { what: "volume db-1-volume", isGone: true, values: [], files: [] };
  it.each([
    ["one too few", drifted.slice(1), "the refresh found app-1"],
    ["none", [], "the refresh found nothing, wanted app-1 /etc/webstack/app.env changed"],
    ["a lost volume", [...drifted, gone], "volume db-1-volume is gone"],
    [
      "a lost file",
      [{ ...drifted[0]!, files: [{ ...drifted[0]!.files[0]!, kind: "removed" as const }] }],
      "lb-2 /etc/haproxy/haproxy.cfg removed",
    ],
  ])("are not found if the refresh finds %s", (_, found, message) => {
    expect(() => expectDrift(found, edits)).toThrow(message);
  });
});

describe("the digest of a host", () => {
  const reading = {
    ...{ ok: true, files: { "/etc/a": "a" }, attributes: { "/etc/a": "root:root 0644" } },
    ...{ secrets: { "/etc/b": "0".repeat(64) }, release: null, pending: false },
    services: { "nginx.service": "active" },
  };
  const digest = (changed: object) => digestOf("web-1", JSON.stringify({ ...reading, ...changed }));

  it("changes with a file, its owner, a secret and the release, and not with a service's state", () => {
    const before = digest({});
    expect(digest({ services: { "nginx.service": "reloading" } })).toBe(before);
    const others = [
      { files: { "/etc/a": "b" } },
      { attributes: { "/etc/a": "root:root 0600" } },
      { secrets: { "/etc/b": "1".repeat(64) } },
      { release: "0".repeat(64) },
    ].map(digest);
    expect(new Set([before, ...others]).size).toBe(5);
  });

  it("is refused in the middle of a change", () => {
    expect(() => digest({ pending: true })).toThrow("the last change of web-1 is unfinished");
  });

  it("tells which hosts have changed", () => {
    const before = new Map([
      ["web-1", "a"],
      ["web-2", "b"],
    ]);
    const after = new Map([...before, ["web-2", "c"] as const]);
    expect(changedHosts(before, after)).toEqual(["web-2"]);
    expect(() => expectChanged("an edit", before, after, ["web-2"])).not.toThrow();
    expect(() => expectChanged("an edit", before, after, [])).toThrow(
      "an edit changed files of web-2, wanted none",
    );
  });
});
