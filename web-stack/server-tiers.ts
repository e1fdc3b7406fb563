import { AddressBroker } from "../components/address-broker";
import { AppTier } from "../components/app-tier";
import { LoadBalancerPair } from "../components/load-balancer-pair";
import { MysqlCluster } from "../components/mysql-cluster";
import type { ServerSettings } from "../components/server";
import type { HostSettings } from "../components/tier";
import { WebTier } from "../components/web-tier";
import { labelSelector } from "../resources/naming";
import { brokerNodes, type Role, type Topology } from "../topology";
import type { WebStackArgs } from "./args";
import type { Foundation } from "./foundation";

/** What {@link serverTiers} made. */
export type Tiers = ReturnType<typeof serverTiers>;

/** What the servers of a tier have in common. */
function serverSettings(
  { image, protect, loadBalancers, web, app, db }: WebStackArgs,
  { identity, network, firewalls, access }: Foundation,
  role: Role,
): ServerSettings {
  return {
    identity,
    serverType: { lb: loadBalancers, web, app, db }[role].serverType,
    image,
    sshKeyIds: [access.sshKeyId],
    firewallId: role === "lb" ? firewalls.edgeId : firewalls.innerId,
    subnetId: network.subnetIds[role]!,
    protect,
  };
}

/** What the configurations of all hosts share. */
function hostSettings(
  { programs }: WebStackArgs,
  { access }: Foundation,
  plan: Topology,
): HostSettings {
  return {
    adminUser: access.user,
    adminKeys: access.publicKeys,
    subnetCidrs: plan.subnetCidrs,
    programs,
  };
}

/** The brokers of the floating IPs, unless the load balancers have the token themselves. */
function addressBroker(
  { loadBalancers: { api } }: WebStackArgs,
  plan: Topology,
  { identity, addresses }: Foundation,
): AddressBroker | undefined {
  if (api.tokenOn !== "brokers") return undefined;
  return new AddressBroker("broker", {
    nodes: brokerNodes(plan),
    loadBalancers: plan.lb,
    endpoint: api.endpoint,
    token: api.token,
    addresses,
    selector: labelSelector(identity),
  });
}

/** The servers of all tiers with the state of each. */
export function serverTiers(args: WebStackArgs, plan: Topology, base: Foundation) {
  const { loadBalancers, web, app, db, program, release, runtime } = args;
  const common = hostSettings(args, base, plan);
  const broker = addressBroker(args, plan, base);
  const server = (role: Role) => serverSettings(args, base, role);
  const lbTier = new LoadBalancerPair("lb", {
    nodes: plan.lb,
    webNodes: plan.web,
    addresses: base.addresses,
    api:
      broker?.access ??
      LoadBalancerPair.ownToken(loadBalancers.api.endpoint, loadBalancers.api.token),
    certificatePem: base.certificate.pem,
    server: server("lb"),
    host: common,
  });
  const host = { ...common, guests: broker?.guests(lbTier.servers) ?? {} };
  const dbTier = new MysqlCluster("db", {
    nodes: plan.db,
    bufferPoolMib: db.bufferPoolMib,
    volumeGb: db.volumeGb,
    xcomHelp: db.xcomHelp,
    server: server("db"),
    host,
  });
  const appTier = new AppTier("app", {
    nodes: plan.app,
    database: dbTier.access,
    program,
    env: app.env,
    secretEnv: app.secretEnv,
    processes: app.processes,
    checkTables: app.checkTables,
    packages: app.packages,
    data: app.data,
    workers: app.workers,
    cron: app.cron,
    release: runtime ? { ...release, runtime: { digest: runtime.digest, root: "/srv/runtime" } } : release,
    python: app.runtime === "python",
    server: server("app"),
    host,
  });
  const webTier = new WebTier("web", {
    nodes: plan.web,
    appNodes: plan.app,
    program,
    maxBodyMib: web.maxBodyMib,
    site: app.site,
    release,
    server: server("web"),
    host,
  });
  return { lb: lbTier, web: webTier.hosts, app: appTier.hosts, db: dbTier.hosts };
}
