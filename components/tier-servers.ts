import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedNode } from "../topology";
import { cloudLabels, cloudName } from "./naming";
import { numericId } from "./numeric-id";
import { Server, type ServerSettings } from "./server";

/** What {@link tierServers} needs besides the settings that all servers of the tier share. */
export interface TierServersArgs<Node extends PlannedNode> {
  /** Planned nodes of one tier. */
  nodes: readonly Node[];
  /** What they have in common. */
  server: ServerSettings;
  /** Cloud-config of one of them. */
  userData: (node: Node) => pulumi.Input<string>;
}

/**
 * Creates the servers of a tier and the spread placement groups that the plan puts them into. A
 * server joins its group when it is created: later it would have to be switched off for that.
 */
export function tierServers<Node extends PlannedNode>(
  parent: pulumi.ComponentResource,
  tier: string,
  args: TierServersArgs<Node>,
): Server[] {
  const groupIds = placementGroupIds(parent, tier, args);
  return args.nodes.map(
    (node) =>
      new Server(
        node.name,
        {
          ...args.server,
          node,
          placementGroupId: groupIds[node.placementGroup]!,
          userData: args.userData(node),
        },
        { parent },
      ),
  );
}

function placementGroupIds(
  parent: pulumi.ComponentResource,
  tier: string,
  { nodes, server: { identity } }: Pick<TierServersArgs<PlannedNode>, "nodes" | "server">,
): Record<string, pulumi.Output<number>> {
  const names = [...new Set(nodes.map(({ placementGroup }) => placementGroup))];
  return Object.fromEntries(
    names.map((name, i) => [
      name,
      numericId(
        new hcloud.PlacementGroup(
          `${tier}-group-${i + 1}`,
          {
            name: cloudName(identity, name),
            type: "spread",
            labels: cloudLabels(identity, { role: tier }),
          },
          { parent },
        ),
      ),
    ]),
  );
}
