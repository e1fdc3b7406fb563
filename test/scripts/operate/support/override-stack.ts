import type { DatabaseState } from "../../../../scripts/operate/databases";
import type { StackOutputs } from "../../../../scripts/operate/outputs";
import type { Way } from "../../../../scripts/operate/override";

/** Three database nodes behind two load balancers. */
export const stack: StackOutputs = {
  url: "http://198.18.0.200/",
  floatingIp: { ipv4: "198.18.0.200" },
  nodes: [
    { name: "lb-1", role: "lb", privateIp: "10.0.1.11", publicIp: "198.18.0.17" },
    { name: "lb-2", role: "lb", privateIp: "10.0.1.12", publicIp: "198.18.0.15" },
    { name: "db-1", role: "db", privateIp: "10.0.4.11" },
    { name: "db-2", role: "db", privateIp: "10.0.4.12" },
    { name: "db-3", role: "db", privateIp: "10.0.4.13" },
  ],
  ssh: { user: "webstack", bastions: ["198.18.0.17", "198.18.0.15"] },
  files: { key: "/key", knownHosts: "/known_hosts" },
};

/** State of a node outside of any group. */
export function outside(own: Partial<DatabaseState> = {}): DatabaseState {
  return {
    ready: true,
    majority: false,
    member: { state: "OFFLINE", role: "" },
    members: [],
    gtid: "",
    lastView: { primary: "db-1" },
    lagMs: 0,
    dataAgeMs: 0,
    waiting: "",
    ...own,
  };
}

/** What is seen through a load balancer; nodes that are not named do not answer. */
export function way(through: string, seen: Record<string, DatabaseState>): Way {
  const names = ["db-1", "db-2", "db-3"];
  return { through, states: new Map(names.map((name) => [name, seen[name]])) };
}
