import { privateEgress } from "../services/private-egress/service";
import type { ExtraService } from "./tier";

/** The way out of a node without a public address, as an additional service; `gateway` is the network's first address. */
export function egressGuest(gateway: string): ExtraService {
  const service = privateEgress(gateway);
  return { firstBoot: service, service, secrets: {} };
}
