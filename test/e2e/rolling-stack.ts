import * as hcloud from "@pulumi/hcloud";
import { Server } from "../../components/server";
import { StackInventory } from "../../components/stack-inventory";
import { cloudLabels, cloudName, labelSelector, numericId } from "../../resources/naming";
import { type Cloud, cloudOf } from "../../rolling/cloud";
import { resizeHooks } from "../../rolling/hooks";
import { type Role, topology } from "../../topology";
import { FakeHosts } from "../rolling/support/fake-hosts";
import type { MemoryCloud } from "../../scripts/hostless/memory-cloud";

const identity = { project: "webstack", stack: "memory" };

/** What a test edits, as a person edits the stack file. */
export interface Edited {
  types: Record<Role, string>;
  counts: Record<Role, number>;
  /** Tiers and nodes that may be off though nobody stands in for them. */
  allowed: string[];
  /** What may be lost, such as `delete web-2`. */
  consent: string[];
  /** True: the program believes every type to fit, so that the cloud refuses it half-way. */
  trusting: boolean;
}

/** Hosts that answer while their servers run. */
class CloudHosts extends FakeHosts {
  constructor(
    private readonly cloud: Pick<Cloud, "servers">,
    turnOn: Set<string>,
  ) {
    super({ turnOn });
  }

  override async run(node: string, command: string): Promise<string> {
    for (const { name, status } of await this.cloud.servers()) {
      if (status === "running") this.unsilence(name);
      else this.silence(name);
    }
    return super.run(node, command);
  }
}

/** The servers of a stack on a cloud in memory, with the hooks of the real program and hosts that only answer. */
export function serversOf(memory: MemoryCloud, edited: Edited): void {
  const real = cloudOf(memory.access, labelSelector(identity));
  const anything = async (name: string) => ({
    ...{ name, architecture: "any", diskGb: 9_999, memoryGib: 9_999, locations: ["nbg1"] },
  });
  const cloud = edited.trusting ? { ...real, type: anything } : real;
  const plan = topology({ ipRange: "10.0.0.0/16", locations: ["nbg1"], counts: edited.counts });
  const nodes = [...plan.lb, ...plan.web, ...plan.app, ...plan.db];
  const turnOn = new Set<string>();
  const hooks = resizeHooks({
    ...{ nodes, cloud, today: new Date() },
    hosts: async () => new CloudHosts(cloud, turnOn),
    allowsOutage: ({ name, role }) => edited.allowed.some((one) => one === name || one === role),
  });
  const things = nodes.map(({ name }) => [
    name,
    { is: "", holds: "its server", asks: [name], protected: false },
  ]);
  new StackInventory("inventory", {
    ...{ things: Object.fromEntries(things), allowed: edited.consent },
  });
  const labels = cloudLabels(identity);
  const network = new hcloud.Network("network", {
    ...{ name: cloudName(identity, "network"), ipRange: plan.ipRange, labels },
  });
  const networkId = numericId(network);
  const subnet = { networkId, type: "cloud", networkZone: "eu-central" };
  const { id: subnetId } = new hcloud.NetworkSubnet("subnet", {
    ...subnet,
    ipRange: "10.0.0.0/16",
  });
  const group = new hcloud.PlacementGroup("group", { name: "group", type: "spread", labels });
  const firewall = new hcloud.Firewall("firewall", { name: "firewall", labels });
  for (const node of nodes) {
    new Server(node.name, {
      ...{ identity, node, subnetId, hooks, serverType: edited.types[node.role] },
      ...{ image: "debian-12", sshKeyIds: [], userData: "#cloud-config\n", protect: false },
      ...{ firewallId: numericId(firewall), placementGroupId: numericId(group) },
    });
  }
}
