import { describe, expect, it } from "vitest";
import { pinnedHostsText, type StackOutputs } from "../../../scripts/operate/outputs";
import { sshArguments } from "../../../scripts/operate/ssh";

const outputs: StackOutputs = {
  url: "http://203.0.113.200/",
  floatingIp: { ipv4: "203.0.113.200" },
  nodes: [
    { name: "lb-1", role: "lb", privateIp: "10.0.1.11", publicIp: "203.0.113.11", serverId: 11 },
    { name: "db-1", role: "db", privateIp: "10.0.4.11", publicIp: "203.0.113.41", serverId: 41 },
  ],
  ssh: { user: "webstack", bastions: ["203.0.113.11"] },
  files: { key: "/s/key", knownHosts: "/s/known" },
};

describe("the way to a node", () => {
  it("leads through a load balancer, each with the host key of its server", () => {
    const args = sshArguments(outputs, "db-1", "203.0.113.11");
    expect(args).toContain("HostKeyAlias=db-1-41");
    expect(args.at(-1)).toBe("webstack@10.0.4.11");
    const proxy = args.find((text) => text.startsWith("ProxyCommand="));
    expect(proxy).toContain("'HostKeyAlias=lb-1-11'");
    expect(proxy).toContain("-W %h:%p webstack@203.0.113.11");
  });

  it("leads straight to a load balancer", () => {
    const args = sshArguments(outputs, "lb-1", "203.0.113.11");
    expect(args).toContain("HostKeyAlias=lb-1-11");
    expect(args.at(-1)).toBe("webstack@203.0.113.11");
    expect(args.join(" ")).not.toContain("ProxyCommand");
  });

  it("knows host keys by address if the outputs are of an earlier release", () => {
    const nodes = outputs.nodes.map((node) => ({ ...node, serverId: undefined }));
    expect(sshArguments({ ...outputs, nodes }, "db-1", "203.0.113.11").join(" ")).not.toContain(
      "HostKeyAlias",
    );
  });

  it("accepts the pinned keys alone, of the node and of the load balancer", () => {
    const nodes = outputs.nodes.map((node) => ({ ...node, hostKey: `ssh-ed25519 ${node.name}` }));
    const files = { ...outputs.files, pinnedHosts: "/s/pinned" };
    const args = sshArguments({ ...outputs, nodes, files }, "db-1", "203.0.113.11");
    const all = args.join(" ");
    expect(all).not.toContain("accept-new");
    expect(all).not.toContain("/s/known");
    expect(args).toContain("UserKnownHostsFile=/s/pinned");
    const proxy = args.find((text) => text.startsWith("ProxyCommand="));
    expect(proxy).toContain("StrictHostKeyChecking=yes");
    expect(pinnedHostsText(nodes)).toBe("lb-1-11 ssh-ed25519 lb-1\ndb-1-41 ssh-ed25519 db-1\n");
  });

  it("accepts the first key of a node without a pinned one", () => {
    const files = { ...outputs.files, pinnedHosts: "/s/pinned" };
    const args = sshArguments({ ...outputs, files }, "db-1", "203.0.113.11");
    expect(args).toContain("StrictHostKeyChecking=accept-new");
    expect(args).toContain("UserKnownHostsFile=/s/known");
    expect(pinnedHostsText(outputs.nodes)).toBe("");
  });

  it("is refused for a node that is not there", () => {
    expect(() => sshArguments(outputs, "db-4", "203.0.113.11")).toThrow(
      'node must be one of lb-1, db-1, got "db-4"',
    );
  });
});
