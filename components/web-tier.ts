import * as pulumi from "@pulumi/pulumi";
import type { Bundle, BundleRelease } from "../services/bundle";
import { webBundle } from "../services/nginx/web-bundle";
import type { Peer, PlannedNode } from "../topology";
import { type ConfiguredHost, hostBundle, type HostSettings, userData } from "./host";
import type { ServerSettings } from "./server";
import { tierServers } from "./tier-servers";

/** Arguments of {@link WebTier}. */
export interface WebTierArgs {
  /** Planned nodes; at least one. */
  nodes: readonly PlannedNode[];
  /** App nodes that requests go to, in order. */
  appNodes: readonly Peer[];
  /** The app's release, for its static files. */
  release: BundleRelease;
  /** What the servers have in common. */
  server: ServerSettings;
  /** What all hosts have in common. */
  host: HostSettings;
}

/** Nginx hosts that serve static files and pass everything else on to the app. */
export class WebTier extends pulumi.ComponentResource {
  /** The servers with their configurations. */
  readonly hosts: ConfiguredHost[];

  /** @throws pulumi.ResourceError if there is no node. */
  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:WebTier", name, {}, opts);
    if (args.nodes.length === 0) {
      throw new pulumi.ResourceError(
        "nodes must name at least one web node, got []; set web.count to 1 or more",
        this,
        true,
      );
    }

    const { nodes, server, host } = args;
    const servers = tierServers(this, name, {
      nodes,
      server,
      userData: (node) => userData(host, bundle(args, node)),
    });
    this.hosts = servers.map((each) => ({
      server: each,
      bundle: bundle(args, each.node),
      secrets: {},
    }));
    this.registerOutputs();
  }
}

function bundle({ appNodes, release, host }: WebTierArgs, node: PlannedNode): Bundle {
  const part = webBundle({
    node: node.name,
    appNodes: appNodes.map(({ name, privateIp }) => ({ name, privateIp })),
    lbSubnetCidr: host.subnetCidrs.lb,
    release,
  });
  return hostBundle(node, host, part);
}
