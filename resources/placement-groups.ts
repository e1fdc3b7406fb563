import * as hcloud from "@pulumi/hcloud";
import type * as pulumi from "@pulumi/pulumi";
import { cloudLabels, cloudName, type Identity, numericId } from "./naming";

/** Creates spread placement groups of a tier, each name once; returns their ids by name. */
export function placementGroupIds(
  parent: pulumi.ComponentResource,
  tier: string,
  planned: readonly string[],
  identity: Identity,
): Record<string, pulumi.Output<number>> {
  return Object.fromEntries(
    [...new Set(planned)].map((name, i) => [
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
