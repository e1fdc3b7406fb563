import type { Values } from "../../../plugin/values";
import type { CloudClient } from "../client";

/** An address that is an own resource, as the API answers it. */
export interface WireIp {
  id: number;
  name: string;
  type: "ipv4" | "ipv6";
  ip: string;
  labels: Values;
  description?: string;
  server?: number | null;
  home_location?: Values;
  location?: Values;
  assignee_id?: number | null;
  assignee_type?: string;
  auto_delete?: boolean;
  protection: { delete: boolean };
}

/** Outputs that name the address; an IPv6 one is a network too. */
export function addressOuts({ type, ip }: WireIp): Values {
  if (type === "ipv4") return { ipAddress: ip };
  return { ipAddress: ip.split("/")[0], ipNetwork: ip };
}

/** A private interface as the API answers it. */
export interface Nic {
  network: number;
  ip: string;
  alias_ips: string[];
  mac_address: string;
}

/** A server as the API answers it. */
export interface WireServer {
  id: number;
  name: string;
  status: string;
  labels: Values;
  location: Values;
  image: { id: number; name: string; architecture: string } | null;
  server_type: { name: string };
  public_net: {
    ipv4: { id: number; ip: string } | null;
    ipv6: { id: number; ip: string } | null;
    firewalls: { id: number }[];
  };
  private_net: Nic[];
  placement_group: { id: number } | null;
  primary_disk_size: number;
  backup_window: string | null;
  protection: { delete: boolean; rebuild: boolean };
}

/** The server as it is now. */
export async function serverOf(client: CloudClient, id: unknown): Promise<WireServer | undefined> {
  return (await client.find<{ server: WireServer }>(`/servers/${String(id)}`))?.server;
}
