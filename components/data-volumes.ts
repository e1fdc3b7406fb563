import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type { DataVolume } from "../services/mysql/data-volume";
import { cloudLabels, cloudName } from "./naming";
import { numericId } from "./numeric-id";
import type { Server, ServerSettings } from "./server";

/**
 * Creates a volume for each server and attaches it. A new server in the place of one of them gets
 * its volume: the attachment is replaced, the volume stays. Ids are those of attached volumes, so
 * that whoever waits for one finds the volume on its server.
 */
export function dataVolumes(
  parent: pulumi.ComponentResource,
  servers: readonly Server[],
  { identity, protect }: Pick<ServerSettings, "identity" | "protect">,
  sizeGb: number,
): pulumi.Output<DataVolume>[] {
  return servers.map(({ node, serverId }) => {
    const volume = new hcloud.Volume(
      `${node.name}-volume`,
      {
        name: cloudName(identity, node.name),
        size: sizeGb,
        location: node.location,
        format: "ext4",
        labels: cloudLabels(identity, { role: node.role, node: node.name }),
        deleteProtection: protect,
      },
      { parent, protect },
    );
    const { volumeId } = new hcloud.VolumeAttachment(
      `${node.name}-volume-attachment`,
      { volumeId: numericId(volume), serverId, automount: false },
      // A volume is attached to one server at a time.
      { parent, deleteBeforeReplace: true },
    );
    return pulumi.output({ id: volumeId, sizeGb: volume.size });
  });
}
