import { AcmeAccount } from "../components/acme-account";
import { AdminAccess } from "../components/admin-access";
import { AppTier } from "../components/app-tier";
import { BackupAccess } from "../components/backup-access";
import { EdgeCertificate } from "../components/edge-certificate";
import { Firewalls } from "../components/firewalls";
import { FloatingAddresses } from "../components/floating-addresses";
import { InnerTls } from "../components/inner-tls";
import { LoadBalancerPair } from "../components/load-balancer-pair";
import { MysqlCluster } from "../components/mysql-cluster";
import { PrivateNetwork } from "../components/private-network";
import { TicketKeys } from "../components/ticket-keys";
import { WebTier } from "../components/web-tier";
import { apiPort, wildcardsOf } from "../resources/certificates";
import { cloudName } from "../resources/naming";
import { lockoutHooks } from "../rolling/lockout";
import { publicAddress } from "../rolling/own-address";
import type { Topology } from "../topology";
import { type WebStackArgs, hasConsent, lookedUp } from "./args";
import { egress, isPrivate } from "./egress";
import { inventory } from "./inventory";

/** Result of {@link foundation}. */
export type Foundation = ReturnType<typeof foundation>;

/** Services of each tier, without the parts, which depend on facts. */
function tierServices({ loadBalancers, edgeTls: { acme, domains } }: WebStackArgs) {
  return {
    lb: LoadBalancerPair.services(
      loadBalancers.api.tokenOn !== "brokers",
      acme && {
        apiPort: apiPort(acme.directory),
        provesByDns: wildcardsOf(domains).length > 0,
        isSeeded: loadBalancers.tls !== undefined,
      },
    ),
    web: WebTier.services,
    app: AppTier.services,
    db: MysqlCluster.services,
  };
}

/** Hooks of the load balancers' firewall; without them the list may leave this machine out. */
function accessHooks(args: WebStackArgs) {
  const { identity, cloud: project, ownAddress } = args;
  if (ownAddress === undefined) return undefined;
  const address = async () =>
    ownAddress === lookedUp ? publicAddress(new URL(project.endpoint).hostname) : ownAddress;
  const isAllowed = hasConsent(args, "delete", "access");
  return lockoutHooks({ firewall: cloudName(identity, "edge"), project, address, isAllowed });
}

/** Creates what exists once per stack: network, firewalls, access, public addresses, certificate. */
export function foundation(args: WebStackArgs, plan: Topology) {
  const { identity, protect, admin, loadBalancers, domain, networkZone } = args;
  const { mode, domains, acme: authority } = args.edgeTls;
  const { ipRange, subnetCidrs } = plan;
  const stackInventory = inventory(args, plan);
  const services = tierServices(args);
  const network = new PrivateNetwork("network", {
    identity,
    ipRange,
    subnetCidrs,
    networkZone,
    protect: protect && !hasConsent(args, "replace", "network"),
    after: stackInventory.record,
  });
  const firewalls = new Firewalls("firewalls", {
    identity,
    adminCidrs: admin.cidrs,
    edge: services.lb,
    inner: isPrivate(args) ? [] : [services.web, services.app, services.db],
    hooks: accessHooks(args),
  });
  const access = new AdminAccess("admin", {
    identity,
    user: admin.user,
    sshKeys: admin.sshKeys,
    deployKeyVersion: admin.deployKeyVersion,
  });
  const addresses = new FloatingAddresses("edge", {
    identity,
    homeLocation: plan.lb[0]!.location,
    ipv6: loadBalancers.ipv6,
    protect,
    ipv6MayGo: hasConsent(args, "delete", "addresses"),
  });
  const certificate = new EdgeCertificate("edge-certificate", {
    // A placeholder for the domain itself would take precedence over its ACME certificate.
    domain: mode === "acme" ? undefined : domain,
    address: addresses.ipv4.address,
    own: mode === "acme" ? undefined : loadBalancers.tls,
  });
  const inner = new InnerTls("inner-tls", {
    nodes: [...plan.web, ...plan.app],
    encrypts: args.innerTls,
  });
  const tickets = new TicketKeys("ticket-keys");
  const backups = args.backups?.target;
  const hasOwnKey = backups === undefined || !("sftp" in backups) || backups.sftp.privateKey;
  const backupAccess = hasOwnKey ? undefined : new BackupAccess("backup-access");
  const account =
    authority &&
    new AcmeAccount("acme", {
      ...{ loadBalancers: plan.lb, domains, authority },
      seed: loadBalancers.tls,
    });
  return {
    ...{ identity, inventory: stackInventory, network, firewalls, access, addresses, certificate },
    ...{ inner, tickets, account, backupAccess, services },
    egress: egress(args, plan, network, addresses),
  };
}
