import type { Bundle } from "../../services/bundle";
import { apiRelay } from "../../services/api-relay/service";
import { egressGateway } from "../../services/egress-gateway/service";
import { nodeBundle } from "../../services/node-bundle";
import { privateEgress } from "../../services/private-egress/service";
import { stateSync } from "../../services/state-sync/service";
import { WebTier } from "../../components/web-tier";
import { nodeFacts, plan, webFacts } from "../support/tier-args";
import { loadBalancerWith } from "./rendered";

/** Addresses of the internet that the load balancers have, in part. */
const publicIps = ["203.0.113.200", "203.0.113.11", "203.0.113.12"];

/** Services of a load balancer that is the way out of nodes without a public address. */
export const gatewayServices = [
  egressGateway({
    subnets: [plan.subnetCidrs.web, plan.subnetCidrs.app, plan.subnetCidrs.db],
    sourceIp: publicIps[0]!,
  }),
  stateSync(publicIps),
  apiRelay({ api: { host: "api.hetzner.cloud", port: 443 }, from: ["db"] }),
];

/** The way out as a node without a public address has it. */
export const egress = { gateway: plan.gateway, probe: { host: "api.hetzner.cloud", port: 443 } };

/** Bundle of a load balancer of a stack where nobody else has a public address. */
export function gatewayBalancer(): Bundle {
  const to = plan.lb.map(({ privateIp }) => privateIp);
  const openings = gatewayServices.flatMap((service) => service.openings);
  const further = [{ tier: "lb" as const, to, openings }];
  return loadBalancerWith(0, { network: 7, guests: gatewayServices, further });
}

/** Bundle of a web node without a public address. */
export function privateNode(): Bundle {
  const facts = { ...nodeFacts("web", 0), ...webFacts() };
  return nodeBundle(facts, { ...WebTier.services, guests: [privateEgress(plan.gateway)] });
}
