import { describe, expect, it } from "vitest";
import { programFiles } from "../../services/bundle";
import {
  everyNode,
  nodeBundle,
  type NodeFacts,
  type NodeServices,
  secretContents,
} from "../../services/node-bundle";
import { rootOnly, type Service } from "../../services/service";
import { nodeFacts } from "../support/tier-args";

const probe: Service<{ node: string }> = {
  name: "probe",
  openings: [{ from: "app", protocol: "tcp", port: 9999, purpose: "test" }],
  secrets: { "/etc/webstack/probe-key": { ...rootOnly, secret: "probeKey" } },
  part: ({ node }) => ({
    users: [{ name: "probe", home: "/nonexistent" }],
    files: { "/etc/probe": { content: node, ...rootOnly } },
    unitFiles: { own: ["/etc/systemd/system/probe.service"] },
  }),
};
const other: Service<unknown> = {
  name: "other",
  openings: [],
  part: () => ({
    refusals: [{ files: ["/etc/other"], command: ["/bin/true"] }],
    unitFiles: { dropIns: ["/etc/x.service.d/y.conf"], packaged: ["x.service"] },
  }),
};

/** A database node with these services besides what every node runs. */
function bundle(services: Partial<NodeServices<ReturnType<typeof nodeFacts>>>) {
  return nodeBundle(nodeFacts("db"), { system: everyNode("lb"), tier: [], ...services });
}

describe("nodeBundle", () => {
  it("brings what a service says, whether it is of the tier or of this node alone", () => {
    for (const services of [{ tier: [probe] }, { guests: [probe] }]) {
      const { users, files, secretFiles } = bundle(services);
      expect(users).toEqual([{ name: "probe", home: "/nonexistent" }]);
      expect(files["/etc/probe"]!.content).toBe("db-1");
      expect(secretFiles).toEqual({ "/etc/webstack/probe-key": rootOnly });
      expect(files["/etc/nftables.conf"]!.content).toContain(
        "ip saddr 10.0.3.0/24 tcp dport 9999 accept\n",
      );
    }
  });

  it("checks the unit files of a tier in one go, and refuses last", () => {
    const { checks } = bundle({ tier: [other, probe] });
    expect(checks.slice(-2).map(({ command }) => command)).toEqual([
      [
        ...["/usr/bin/systemd-analyze", "verify", "--man=no", "--recursive-errors=no"],
        ...["x.service", "/etc/systemd/system/probe.service"],
      ],
      ["/bin/true"],
    ]);
  });

  it("refuses a service whose program is not there, and says which", () => {
    const misspelt: Service<Pick<NodeFacts, "programs">> = {
      ...other,
      part: ({ programs }) => ({ files: programFiles(programs, "edge", "porber") }),
    };
    expect(() => bundle({ tier: [misspelt] })).toThrow(
      /^programs must hold porber, got .*prober.*; write host\/porber\.ts or correct the name$/,
    );
  });

  it("refuses two services with the same file", () => {
    expect(() => bundle({ tier: [probe, probe] })).toThrow(
      "two parts of the bundle define the file /etc/probe",
    );
  });
});

describe("secretContents", () => {
  it("names the content of each secret file", () => {
    expect(secretContents([probe, other], { probeKey: "k", unused: "u" })).toEqual({
      "/etc/webstack/probe-key": "k",
    });
  });

  it("refuses a secret that there is no content for", () => {
    expect(() => secretContents([probe], {})).toThrow("probe needs the secret probeKey, got none");
  });
});
