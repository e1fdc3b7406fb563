import { AdminAccess } from "../components/admin-access";
import { AppTier } from "../components/app-tier";
import { EdgeCertificate } from "../components/edge-certificate";
import { Firewalls } from "../components/firewalls";
import { FloatingAddresses } from "../components/floating-addresses";
import { LoadBalancerPair } from "../components/load-balancer-pair";
import { MysqlCluster } from "../components/mysql-cluster";
import { PrivateNetwork } from "../components/private-network";
import { WebTier } from "../components/web-tier";
import type { Topology } from "../topology";
import type { WebStackArgs } from "./args";
import { isAllowed } from "./consented";
import { inventory } from "./inventory";

/** What {@link foundation} made. */
export type Foundation = ReturnType<typeof foundation>;

/** What exists once for the stack: network, firewalls, access, public addresses, certificate. */
export function foundation(args: WebStackArgs, plan: Topology) {
  const { identity, protect, admin, loadBalancers, domain, networkZone } = args;
  const { ipRange, subnetCidrs } = plan;
  const { record } = inventory(args, plan);
  const network = new PrivateNetwork("network", {
    identity,
    ipRange,
    subnetCidrs,
    networkZone,
    protect: protect && !isAllowed(args, "replace", "network"),
    after: record,
  });
  const firewalls = new Firewalls("firewalls", {
    identity,
    adminCidrs: admin.cidrs,
    edge: LoadBalancerPair.services(loadBalancers.api.tokenOn !== "brokers"),
    inner: [WebTier.services, AppTier.services, MysqlCluster.services],
  });
  const access = new AdminAccess("admin", { identity, user: admin.user, sshKeys: admin.sshKeys });
  const addresses = new FloatingAddresses("edge", {
    identity,
    homeLocation: plan.lb[0]!.location,
    ipv6: loadBalancers.ipv6,
    protect,
    ipv6MayGo: isAllowed(args, "delete", "addresses"),
  });
  const certificate = new EdgeCertificate("edge-certificate", {
    domain,
    address: addresses.ipv4.address,
    own: loadBalancers.tls,
  });
  return { identity, inventory: record, network, firewalls, access, addresses, certificate };
}
