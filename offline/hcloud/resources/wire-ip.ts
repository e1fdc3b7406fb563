import type { Values } from "../../../plugin/values";

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
