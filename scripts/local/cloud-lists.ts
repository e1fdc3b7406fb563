import { cloudGet } from "./cloud";

/** A server as the API of the local cloud lists it. */
export interface ListedServer {
  id: number;
  name: string;
  /** Such as `running` or `off`. */
  status: string;
}

/** A floating address as the API of the local cloud lists it. */
export interface ListedFloatingIp {
  id: number;
  /** `ipv4` or `ipv6`. */
  type: string;
  ip: string;
  /** Id of the server that has it; null: none. */
  server: number | null;
}

/** The servers of the local cloud, fifty at most. @throws Error if it does not answer. */
export async function cloudServers(): Promise<ListedServer[]> {
  const path = "/servers?per_page=50";
  return (await cloudGet<{ servers: ListedServer[] }>(path)).servers;
}

/** The floating addresses of the local cloud. @throws Error if it does not answer. */
export async function cloudFloatingIps(): Promise<ListedFloatingIp[]> {
  return (await cloudGet<{ floating_ips: ListedFloatingIp[] }>("/floating_ips")).floating_ips;
}
