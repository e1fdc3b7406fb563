import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AddressBroker } from "./components/address-broker";
import { AdminAccess } from "./components/admin-access";
import { ownToken } from "./components/api-access";
import { AppTier } from "./components/app-tier";
import { EdgeCertificate } from "./components/edge-certificate";
import { Firewalls } from "./components/firewalls";
import { FloatingAddresses } from "./components/floating-addresses";
import { LoadBalancerPair } from "./components/load-balancer-pair";
import { MysqlCluster } from "./components/mysql-cluster";
import { labelSelector } from "./components/naming";
import { PrivateNetwork } from "./components/private-network";
import { rollOut } from "./components/rollout-order";
import type { ServerSettings } from "./components/server";
import type { HostSettings } from "./components/tier";
import { WebTier } from "./components/web-tier";
import { type AppSource, readSettings, type Settings } from "./config";
import { hostPrograms } from "./host-programs";
import { packRelease } from "./release";
import { brokerNodes, type Role, type Topology, topology } from "./topology";

/** Where releases live on the hosts, and how many: the running one, and two to go back to. */
const releasePlace = { root: "/srv/app", keep: 3 };

/** The whole stack, from its settings to its outputs. */
export function program(): Record<string, unknown> {
  const settings = readSettings(__dirname);
  const { web, app, db } = settings;
  const plan = topology({
    ipRange: settings.network.ipRange,
    locations: settings.locations,
    counts: { lb: 2, web: web.count, app: app.count, db: db.nodes },
  });
  const base = foundation(settings, plan);
  const tiers = serverTiers(settings, plan, base);
  rollOut({ user: base.access.user, privateKey: base.access.privateKey }, tiers);
  return outputs(settings, base, tiers);
}

type Foundation = ReturnType<typeof foundation>;
type Tiers = ReturnType<typeof serverTiers>;

/** What exists once for the stack: network, firewalls, access, public addresses, certificate. */
function foundation(settings: Settings, plan: Topology) {
  const { protect, admin, loadBalancers, domain, networkZone } = settings;
  const identity = { project: pulumi.getProject(), stack: pulumi.getStack() };
  const { ipRange, subnetCidrs } = plan;
  const network = new PrivateNetwork("network", {
    identity,
    ipRange,
    subnetCidrs,
    networkZone,
    protect,
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
  });
  const certificate = new EdgeCertificate("edge-certificate", {
    domain,
    address: addresses.ipv4.address,
    own: loadBalancers.tls,
  });
  return { identity, network, firewalls, access, addresses, certificate };
}

/** What the servers of a tier have in common. */
function serverSettings(
  { image, protect, loadBalancers, web, app, db }: Settings,
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

/** The release as the hosts know it, and the local archive if it is to be pushed. */
function appRelease(source: AppSource) {
  if ("url" in source) {
    const { url, sha256: digest } = source;
    return { release: { digest, url, ...releasePlace }, archive: undefined };
  }
  const { digest, archive } = packRelease(source.path, join(__dirname, ".webstack", "releases"));
  return { release: { digest, ...releasePlace }, archive };
}

/** What the configurations of all hosts share. */
function hostSettings({ access }: Foundation, plan: Topology): HostSettings {
  return {
    adminUser: access.user,
    adminKeys: access.publicKeys,
    subnetCidrs: plan.subnetCidrs,
    programs: hostPrograms(),
  };
}

/** The brokers of the floating IPs, unless the load balancers have the token themselves. */
function addressBroker(
  { loadBalancers: { api } }: Settings,
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
function serverTiers(settings: Settings, plan: Topology, base: Foundation) {
  const { loadBalancers, app, db } = settings;
  const common = hostSettings(base, plan);
  const broker = addressBroker(settings, plan, base);
  const server = (role: Role) => serverSettings(settings, base, role);
  const { release, archive } = appRelease(app.source);
  const lbTier = new LoadBalancerPair("lb", {
    nodes: plan.lb,
    webNodes: plan.web,
    addresses: base.addresses,
    api: broker?.access ?? ownToken(loadBalancers.api.endpoint, loadBalancers.api.token),
    certificatePem: base.certificate.pem,
    server: server("lb"),
    host: common,
  });
  const host = { ...common, guests: broker?.guests(lbTier.servers) ?? {} };
  const dbTier = new MysqlCluster("db", {
    nodes: plan.db,
    bufferPoolMib: db.bufferPoolMib,
    volumeGb: db.volumeGb,
    server: server("db"),
    host,
  });
  const appTier = new AppTier("app", {
    nodes: plan.app,
    database: dbTier.access,
    env: app.env,
    secretEnv: app.secretEnv,
    processes: app.processes,
    release,
    server: server("app"),
    host,
  });
  const webTier = new WebTier("web", {
    nodes: plan.web,
    appNodes: plan.app,
    release,
    server: server("web"),
    host,
  });
  return { lb: lbTier, web: webTier.hosts, app: appTier.hosts, db: dbTier.hosts, archive };
}

function outputs(settings: Settings, { access, addresses }: Foundation, tiers: Tiers) {
  const { loadBalancers, domain } = settings;
  const hosts = [tiers.lb.hosts, tiers.web, tiers.app, tiers.db].flat();
  const scheme = loadBalancers.tls ? "https" : "http";
  return {
    url: pulumi.interpolate`${scheme}://${domain ?? addresses.ipv4.address}/`,
    floatingIp: { ipv4: addresses.ipv4.address, ipv6: addresses.ipv6?.address },
    nodes: hosts.map(({ server: { node, publicIp, serverId } }) => {
      const { name, role, privateIp } = node;
      return { name, role, privateIp, publicIp, serverId };
    }),
    ssh: { user: access.user, bastions: tiers.lb.publicIps },
    privateKey: access.privateKey,
  };
}
