import type { StackNode, StackOutputs } from "../../../../scripts/operate/outputs";

/** Outputs of a stack with these nodes, such as `lb-1`; each has a server of its place's number. */
export function outputsWith(...names: string[]): StackOutputs {
  const nodes = names.map((name, i) => ({
    name,
    role: name.split("-")[0] as StackNode["role"],
    privateIp: `10.0.0.${i + 1}`,
    serverId: i + 1,
  }));
  return {
    url: "http://203.0.113.200/",
    floatingIp: { ipv4: "203.0.113.200" },
    nodes,
    ssh: { user: "webstack", bastions: [] },
    files: { key: "", knownHosts: "" },
  };
}
