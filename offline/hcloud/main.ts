import { serve } from "../../plugin/protocol";
import { tableStandIn, type Operations } from "../stand-in/table-stand-in";
import { holdsUnknown, type Values } from "../../plugin/values";
import { pluginVersion } from "../engine/versions";
import { CloudClient } from "./client";
import { floatingIp, floatingIpAssignment } from "./resources/floating-ips";
import { firewall, firewallAttachment } from "./resources/firewalls";
import type { Handlers } from "./resources/handlers";
import { network, networkRoute, networkSubnet } from "./resources/networks";
import { placementGroup, sshKey } from "./resources/plain";
import { primaryIp } from "./resources/primary-ips";
import { rdns } from "./resources/rdns";
import { serverNetwork } from "./resources/server-networks";
import { server } from "./resources/servers";
import { volume, volumeAttachment } from "./resources/volumes";
import { rules } from "./rules";
import { tables } from "./table";

const handlers: Record<string, Handlers> = {
  "hcloud:index/sshKey:SshKey": sshKey,
  "hcloud:index/network:Network": network,
  "hcloud:index/networkSubnet:NetworkSubnet": networkSubnet,
  "hcloud:index/networkRoute:NetworkRoute": networkRoute,
  "hcloud:index/placementGroup:PlacementGroup": placementGroup,
  "hcloud:index/firewall:Firewall": firewall,
  "hcloud:index/firewallAttachment:FirewallAttachment": firewallAttachment,
  "hcloud:index/floatingIp:FloatingIp": floatingIp,
  "hcloud:index/floatingIpAssignment:FloatingIpAssignment": floatingIpAssignment,
  "hcloud:index/primaryIp:PrimaryIp": primaryIp,
  "hcloud:index/rdns:Rdns": rdns,
  "hcloud:index/volume:Volume": volume,
  "hcloud:index/volumeAttachment:VolumeAttachment": volumeAttachment,
  "hcloud:index/server:Server": server,
  "hcloud:index/serverNetwork:ServerNetwork": serverNetwork,
};

let client: CloudClient | undefined;

/** Takes the provider's settings, and the environment for what they leave out. */
function configure(settings: Values): void {
  // A preview may not know them yet, and makes no call.
  if (holdsUnknown(settings)) return;
  client = new CloudClient({
    endpoint: (settings.endpoint as string | undefined) ?? process.env.HCLOUD_ENDPOINT,
    token: (settings.token as string | undefined) ?? process.env.HCLOUD_TOKEN,
    pollInterval: settings.pollInterval as string | undefined,
    pollFunction: settings.pollFunction as string | undefined,
  });
}

function operations(type: string): Operations {
  const handler = handlers[type]!;
  const connected = client;
  if (connected === undefined) throw new Error("endpoint or token of the provider are not known");
  return {
    create: (inputs) => handler.create(connected, inputs),
    read: (id, state) => handler.read(connected, id, state),
    async update(id, state, inputs) {
      const known = await handler.update(connected, id, state, inputs);
      const now = await handler.read(connected, id, { ...inputs });
      if (now === undefined) throw new Error(`${type} ${id} vanished while it was updated`);
      return { ...now, ...known };
    },
    delete: (id, state) => handler.delete(connected, id, state),
  };
}

serve(
  tableStandIn({
    name: "hcloud",
    version: pluginVersion("hcloud"),
    tables,
    rules,
    configure,
    operations,
  }),
);
