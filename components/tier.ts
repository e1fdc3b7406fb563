import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "../services/bundle";
import { cloudConfig } from "../services/first-boot/cloud-config";
import type { FirstEgress } from "../services/first-boot/first-packages";
import {
  allServices,
  nodeBundle,
  type NodeFacts,
  type NodeServices,
  secretContents,
} from "../services/node-bundle";
import type { Service } from "../services/service";
import { openingGroups, type StackServices } from "../services/stack-openings";
import type { PlannedNode, Role } from "../topology";
import { placementGroupIds } from "../resources/placement-groups";
import { Server, type ServerSettings } from "./server";

/** Settings that the configurations of all hosts share. */
export interface HostSettings {
  /** Login name with sudo. */
  adminUser: string;
  /** OpenSSH public keys of that login, the stack's own first. */
  adminKeys: pulumi.Input<string[]>;
  /** Key with which a node proves its SSH host key at the first contact, by node name; a secret. */
  firstContactKey: (node: string) => pulumi.Input<string>;
  /** Subnet of each tier with prefix. */
  subnetCidrs: Readonly<Record<Role, string>>;
  /** Services of the whole stack, for the firewalls of their callers. */
  stack: StackServices;
  /** Programs of the hosts by name, each as one text. */
  programs: Readonly<Record<string, string>>;
  /** The way out of nodes without a public address. @default the nodes have public addresses */
  egress?: Omit<FirstEgress, "privateIp"> | undefined;
  /** Additional services of single nodes, by node name. @default none */
  guests?: Readonly<Record<string, readonly ExtraService[]>>;
}

/** An additional service of single nodes, such as the broker. */
export interface ExtraService {
  /** The service at first boot, before ids are known. */
  firstBoot: pulumi.Input<Service<NodeFacts>>;
  /** The configured service. */
  service: pulumi.Input<Service<NodeFacts>>;
  /** Contents of its secret files by path; secrets. */
  secrets: Record<string, pulumi.Input<string>>;
}

/** A server with its wanted state. */
export interface ConfiguredHost {
  /** The server. */
  server: Server;
  /** Its whole state without secrets. */
  bundle: pulumi.Input<Bundle>;
  /** Contents of its secret files by path; secrets. */
  secrets: Record<string, pulumi.Input<string>>;
}

/** Arguments of every tier. */
export interface TierArgs<Node extends PlannedNode = PlannedNode> {
  /** Planned nodes; at least one. */
  nodes: readonly Node[];
  /** Settings that all servers share. */
  server: ServerSettings;
  /** Settings that all hosts share. */
  host: HostSettings;
}

/** Facts about a node that are specific to its tier. */
type Known<Node, Own> = (node: Node, index: number) => Own | pulumi.Output<Own>;

/** The servers of one role: a tier creates them and places services on them. */
export abstract class Tier<Node extends PlannedNode, Own extends object>
  extends pulumi.ComponentResource
{
  /**
   * Creates the servers of a tier and the spread placement groups that the plan puts them into. A
   * server joins its group at creation, because joining later would require a power-off.
   *
   * @param known facts about a node at its first boot.
   */
  protected createServers(
    tier: string,
    args: TierArgs<Node>,
    services: NodeServices<NodeFacts & Own>,
    known: Known<Node, Own>,
  ): Server[] {
    const planned = args.nodes.map(({ placementGroup }) => placementGroup);
    const groupIds = placementGroupIds(this, tier, planned, args.server.identity);
    return args.nodes.map((node, i) => {
      const guests = guestsOf(args, node).map(({ firstBoot }) => firstBoot);
      const bundle = this.bundle(args, node, services, known(node, i), placed(guests));
      return new Server(
        node.name,
        {
          ...args.server,
          node,
          placementGroupId: groupIds[node.placementGroup]!,
          userData: userData(args.host, node, bundle),
        },
        { parent: this },
      );
    });
  }

  /**
   * The servers with their wanted states.
   *
   * @param known facts about a node once all servers exist.
   * @param contents contents of the secrets of a node's services by key, without those of additional services.
   */
  protected configured(
    servers: readonly Server[],
    args: TierArgs<Node>,
    services: NodeServices<NodeFacts & Own>,
    known: Known<Node, Own>,
    contents: (node: Node) => Record<string, pulumi.Input<string>>,
  ): ConfiguredHost[] {
    return servers.map((server, i) => {
      const node = args.nodes[i]!;
      const guests = guestsOf(args, node);
      const configured = placed(guests.map(({ service }) => service));
      return {
        server,
        bundle: this.bundle(args, node, services, known(node, i), configured),
        secrets: Object.assign(
          secretContents(allServices(services), contents(node)),
          ...guests.map(({ secrets }) => secrets),
        ) as Record<string, pulumi.Input<string>>,
      };
    });
  }

  private bundle(
    { nodes, host }: TierArgs<Node>,
    node: Node,
    services: NodeServices<NodeFacts & Own>,
    known: Own | pulumi.Output<Own>,
    guests: pulumi.Input<Service<NodeFacts>[]>,
  ): pulumi.Output<Bundle> {
    const { name, role, privateIp } = node;
    const { adminUser, programs, subnetCidrs: subnets } = host;
    const facts: Omit<NodeFacts, "adminKeys"> = {
      ...{ node: name, role, privateIp, subnets, adminUser, programs },
      openingGroups: openingGroups(subnets, host.stack),
      peers: nodes.filter((other) => other.name !== name),
    };
    return pulumi
      .all([known as pulumi.Output<object>, guests as pulumi.Output<object>, host.adminKeys])
      .apply(([own, placed, adminKeys]) =>
        nodeBundle(
          { ...facts, adminKeys, ...(own as Own) },
          { ...services, guests: placed as Service<NodeFacts>[] },
        ),
      );
  }
}

function placed(
  services: readonly pulumi.Input<Service<NodeFacts>>[],
): pulumi.Output<Service<NodeFacts>[]> {
  return pulumi.all([...services]) as pulumi.Output<Service<NodeFacts>[]>;
}

function guestsOf({ host }: TierArgs, { name }: PlannedNode): readonly ExtraService[] {
  return host.guests?.[name] ?? [];
}

/** Cloud-config of a node's first boot; a secret, because of the key of the first contact. */
function userData(
  host: HostSettings,
  { name, privateIp }: PlannedNode,
  bundle: pulumi.Output<Bundle>,
): pulumi.Output<string> {
  const { adminUser } = host;
  const egress = host.egress && { ...host.egress, privateIp };
  return pulumi
    .all([host.adminKeys, host.firstContactKey(name), bundle])
    .apply(([adminKeys, firstContactKey, state]) =>
      cloudConfig({
        ...{ adminUser, deployKey: adminKeys[0]!, firstContactKey, bundle: state, egress },
      }),
    );
}
