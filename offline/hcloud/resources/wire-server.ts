import type { CloudClient } from "../client";
import type { Values } from "./handlers";

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
