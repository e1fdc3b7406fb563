import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AdminAccess } from "./components/admin-access";
import { AppTier } from "./components/app-tier";
import { EdgeCertificate } from "./components/edge-certificate";
import { Firewalls } from "./components/firewalls";
import { FloatingAddresses } from "./components/floating-addresses";
import type { HostSettings } from "./components/host";
import { LoadBalancerPair } from "./components/load-balancer-pair";
import { MysqlCluster } from "./components/mysql-cluster";
import { PrivateNetwork } from "./components/private-network";
import { Rollout } from "./components/rollout";
import type { ServerSettings } from "./components/server";
import { WebTier } from "./components/web-tier";
import { type AppSource, readSettings, type Settings } from "./config";
import { hostPrograms } from "./host-programs";
import { packRelease } from "./release";
import { type Role, type Topology, topology } from "./topology";

/** Where releases live on the hosts. */
const releaseRoot = "/srv/app";

/** Releases kept on a host: the running one, and two to go back to. */
const releasesKept = 3;

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
  rollOut(base.access, tiers);
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
  const firewalls = new Firewalls("firewalls", { identity, adminCidrs: admin.cidrs });
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
  const place = { root: releaseRoot, keep: releasesKept };
  if ("url" in source)
    return { release: { digest: source.sha256, url: source.url, ...place }, archive: undefined };
  const { digest, archive } = packRelease(source.path, join(__dirname, ".webstack", "releases"));
  return { release: { digest, ...place }, archive };
}

/** What the configurations of all hosts share. */
function hostSettings({ access }: Foundation, { subnetCidrs }: Topology): HostSettings {
  return {
    adminUser: access.user,
    adminKeys: access.publicKeys,
    subnetCidrs,
    programs: hostPrograms(),
  };
}

/** The servers of all tiers with the state of each. */
function serverTiers(settings: Settings, plan: Topology, base: Foundation) {
  const { loadBalancers, app, db } = settings;
  const host = hostSettings(base, plan);
  const server = (role: Role) => serverSettings(settings, base, role);
  const { release, archive } = appRelease(app.source);
  const lbTier = new LoadBalancerPair("lb", {
    nodes: plan.lb,
    webNodes: plan.web,
    addresses: base.addresses,
    api: loadBalancers.api,
    certificatePem: base.certificate.pem,
    server: server("lb"),
    host,
  });
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
  return { lb: lbTier, web: webTier, app: appTier, db: dbTier, archive };
}

/** Configures tier after tier, from the databases outwards, through the load balancers. */
function rollOut(access: AdminAccess, { lb, web, app, db, archive }: Tiers): void {
  const direct = { user: access.user, privateKey: access.privateKey };
  const through = { ...direct, bastions: lb.publicIps };
  const bastions = lb.servers;
  const dbDone = new Rollout("db", { hosts: db.hosts, access: through, after: bastions });
  const appDone = new Rollout("app", {
    hosts: app.hosts,
    access: through,
    archive,
    after: [...bastions, dbDone],
  });
  const webDone = new Rollout("web", {
    hosts: web.hosts,
    access: through,
    archive,
    after: [...bastions, appDone],
  });
  new Rollout("lb", { hosts: lb.hosts, access: direct, after: [webDone] });
}

function outputs(settings: Settings, { access, addresses }: Foundation, tiers: Tiers) {
  const { loadBalancers, domain } = settings;
  const hosts = [tiers.lb, tiers.web, tiers.app, tiers.db].flatMap((tier) => tier.hosts);
  const scheme = loadBalancers.tls ? "https" : "http";
  return {
    url: pulumi.interpolate`${scheme}://${domain ?? addresses.ipv4.address}/`,
    floatingIp: { ipv4: addresses.ipv4.address, ipv6: addresses.ipv6?.address },
    nodes: hosts.map(({ server: { node, publicIp } }) => ({
      name: node.name,
      role: node.role,
      privateIp: node.privateIp,
      publicIp,
    })),
    ssh: { user: access.user, bastions: tiers.lb.publicIps },
    privateKey: access.privateKey,
  };
}
