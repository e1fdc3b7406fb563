import { AddressBroker } from "../components/address-broker";
import { AppTier } from "../components/app-tier";
import { LoadBalancerPair } from "../components/load-balancer-pair";
import { MysqlCluster, type MysqlClusterArgs } from "../components/mysql-cluster";
import type { ServerSettings } from "../components/server";
import type { HostSettings } from "../components/tier";
import { WebTier } from "../components/web-tier";
import { labelSelector } from "../resources/naming";
import { brokerNodes, type PlannedNode, type Role, type Topology } from "../topology";
import { type WebStackArgs, hasConsent } from "./args";
import { joinedGuests } from "./egress";
import type { Foundation } from "./foundation";
import { resizing } from "./hooks";

/** Result of {@link serverTiers}. */
export type Tiers = ReturnType<typeof serverTiers>;

/** Settings that all servers of a tier share. */
function serverSettings(
  args: WebStackArgs,
  { identity, network, firewalls, access, egress }: Foundation,
  role: Role,
  hooks: ServerSettings["hooks"],
): ServerSettings {
  const { image, protect, loadBalancers, web, app, db } = args;
  return {
    identity,
    serverType: { lb: loadBalancers, web, app, db }[role].serverType,
    image,
    sshKeyIds: [access.sshKeyId],
    firewallId: role === "lb" ? firewalls.edgeId : firewalls.innerId,
    subnetId: network.subnetIds[role]!,
    networkId: role === "lb" ? undefined : egress?.networkId,
    protect,
    isDeletable: (name) => hasConsent(args, "delete", name),
    hooks,
  };
}

/** Settings that the configurations of all hosts share. */
function hostSettings(
  { programs, loadBalancers: { api } }: WebStackArgs,
  { access, services, egress }: Foundation,
  plan: Topology,
): HostSettings {
  return {
    adminUser: access.user,
    adminKeys: access.publicKeys,
    firstContactKey: (node) => access.firstContactKey(node),
    subnetCidrs: plan.subnetCidrs,
    stack: {
      tiers: services,
      brokers: api.tokenOn === "brokers" ? brokerNodes(plan) : [],
      further: egress ? [egress.openPlace()] : [],
    },
    programs,
  };
}

/** HTTPS settings of the load balancers, without the certificate authority. */
function edgeHttps({ edgeTls: { acme: _, ...https } }: WebStackArgs) {
  return https;
}

/** The brokers of the floating IPs, unless the load balancers have the token themselves. */
function addressBroker(
  { loadBalancers: { api } }: WebStackArgs,
  plan: Topology,
  { identity, addresses, egress, account }: Foundation,
): AddressBroker | undefined {
  if (api.tokenOn !== "brokers") return undefined;
  return new AddressBroker("broker", {
    nodes: brokerNodes(plan),
    loadBalancers: plan.lb,
    endpoint: api.endpoint,
    token: api.token,
    addresses,
    selector: labelSelector(identity),
    wildcards: account?.wildcards ?? [],
    networkId: egress?.networkId,
  });
}

/** Target of the databases' backups. */
function backupFacts(
  { backups, identity }: WebStackArgs,
  { backupAccess }: Foundation,
): MysqlClusterArgs["backups"] {
  if (!backups) return undefined;
  const { target, publicKey, baseAt, dumpOn } = backups;
  const common = { publicKey, baseAt, dumpOn };
  const root = `${identity.project}-${identity.stack}`;
  if ("sftp" in target) {
    const { privateKey, ...sftp } = target.sftp;
    const secret = privateKey ?? backupAccess!.privateKey;
    return { root, target: { sftp }, ...common, secret };
  }
  const { secretAccessKey: secret, ...bucket } = target;
  return { root, target: bucket, ...common, secret };
}

/** The release of the app nodes, with its pushed runtime if it has one. */
function withRuntime({ release, runtime: { pushed } }: WebStackArgs): WebStackArgs["release"] {
  if (!pushed) return release;
  const { digest, root } = pushed;
  return { ...release, runtime: { digest, root } };
}

/** Creates the servers of all tiers with their wanted states. */
export function serverTiers(args: WebStackArgs, plan: Topology, base: Foundation) {
  const { loadBalancers, web, app, db, program, release, runtime } = args;
  const common = hostSettings(args, base, plan);
  const broker = addressBroker(args, plan, base);
  const hooks = resizing(args, plan, base);
  const server = (role: Role) => serverSettings(args, base, role, hooks);
  // Destructured by name, because the same object holds the token.
  const { trustedProxies, clientAddressHeader, limits, haproxySnippet } = loadBalancers;
  const { headers } = web;
  const lbTier = new LoadBalancerPair("lb", {
    nodes: plan.lb,
    webNodes: plan.web,
    requests: web,
    rules: { trustedProxies, clientAddressHeader, limits, headers, haproxySnippet },
    addresses: base.addresses,
    api:
      broker?.access ??
      LoadBalancerPair.ownToken(loadBalancers.api.endpoint, loadBalancers.api.token),
    certificatePem: base.certificate.pem,
    ticketKeys: base.tickets.file,
    https: edgeHttps(args),
    acme: base.account,
    inner: base.inner,
    server: server("lb"),
    host: common,
    egress: base.egress,
  });
  const { guests = {}, ...egress } = base.egress?.innerHosts() ?? {};
  const brokers = broker?.guests(lbTier.servers) ?? {};
  const host = { ...common, ...egress, guests: joinedGuests(guests, brokers) };
  const volumePlace = ({ name, location }: PlannedNode) =>
    base.inventory.volumePlace(name, location);
  const dbTier = new MysqlCluster("db", {
    nodes: plan.db,
    bufferPoolMib: db.bufferPoolMib,
    volumeGb: db.volumeGb,
    volumeMayGo: (name) =>
      hasConsent(args, "delete", name, "volumes") || hasConsent(args, "replace", name),
    volumeMayMove: (name) => hasConsent(args, "replace", name),
    volumesAfter: base.inventory.record,
    xcomHelp: db.xcomHelp,
    passwordVersion: db.passwordVersion,
    backups: backupFacts(args, base),
    server: { ...server("db"), ...(db.volumeGb === undefined ? {} : { locationOf: volumePlace }) },
    host,
  });
  const appTier = new AppTier("app", {
    nodes: plan.app,
    database: dbTier.access,
    databaseSlots: plan.databaseSlots,
    program,
    env: app.env,
    secretEnv: app.secretEnv,
    sessionSecretVersion: app.sessionSecretVersion,
    processes: app.processes,
    requests: web,
    checkTables: app.checkTables,
    egress: app.egress,
    packages: app.packages,
    data: app.data,
    workers: app.workers,
    cron: app.cron,
    release: withRuntime(args),
    python: runtime.python,
    inner: base.inner,
    server: server("app"),
    host,
  });
  const webTier = new WebTier("web", {
    nodes: plan.web,
    appNodes: plan.app,
    program,
    requests: web,
    settings: { ...web, versionHeader: app.versionHeader },
    egress: web.egress,
    site: app.site,
    release,
    inner: base.inner,
    server: server("web"),
    host,
  });
  return { lb: lbTier, web: webTier.hosts, app: appTier.hosts, db: dbTier.hosts };
}
