import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { cloudLabels, cloudName, type Identity } from "../resources/naming";
import { numericId } from "../resources/numeric-id";
import type { PlannedNode } from "../topology";

/** Creates the spread placement groups that a tier's plan puts its nodes into; returns their ids by planned name. */
export function placementGroupIds(
  parent: pulumi.ComponentResource,
  tier: string,
  nodes: readonly PlannedNode[],
  identity: Identity,
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
