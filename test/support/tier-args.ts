import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AppTier } from "../../components/app-tier";
import type { InnerTlsAccess } from "../../components/inner-tls";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { MysqlCluster } from "../../components/mysql-cluster";
import type { ServerSettings } from "../../components/server";
import { openingGroups, type StackServices } from "../../services/stack-openings";
import type { HostSettings } from "../../components/tier";
import { WebTier, type WebTierArgs } from "../../components/web-tier";
import { wildcardsOf } from "../../resources/certificates";
import type { AcmeCalls, AcmeSettings } from "../../services/acme/service";
import type { AppProgram } from "../../services/app/app-program";
import type { EdgeRules } from "../../services/edge-haproxy/edge-rules";
import type { EdgeHttps } from "../../services/edge-haproxy/https";
import type { NginxSettings } from "../../services/nginx/nginx-conf";
import type { OpeningGroup } from "../../services/host-firewall/output-rules";
import { publicFiles } from "../../services/nginx/static-site";
import type { NodeFacts } from "../../services/node-bundle";
import type { WebRequests } from "../../services/requests";
import { brokerNodes, type Role, topology } from "../../topology";

/** Names and labels of the tested stack. */
export const identity = { project: "webstack", stack: "test" };

/** The smallest usual plan: two of everything, three databases. */
export const plan = topology({
  ipRange: "10.0.0.0/16",
  locations: ["nbg1", "fsn1"],
  counts: { lb: 2, web: 2, app: 2, db: 3 },
});

/** What the servers of a tier have in common; a test overrides only what it is about. */
export function serverSettings(overrides: Partial<ServerSettings> = {}): ServerSettings {
  return {
    identity,
    serverType: "cpx22",
    image: "ubuntu-26.04",
    sshKeyIds: ["5"],
    firewallId: 6,
    subnetId: "7-10.0.0.0/24",
    protect: false,
    ...overrides,
  };
}

/** Services of the plan's nodes, with brokers, and with or without orders of certificates. */
function stackServices(acmePort?: number): StackServices {
  const calls = acmePort === undefined ? undefined : { apiPort: acmePort, provesByDns: false };
  const lb = LoadBalancerPair.services(false, calls);
  const [web, app, db] = [WebTier.services, AppTier.services, MysqlCluster.services];
  return { tiers: { lb, web, app, db }, brokers: brokerNodes(plan) };
}

/** Openings of the plan's nodes. */
export function openingGroupsOf(acmePort?: number): OpeningGroup[] {
  return openingGroups(plan.subnetCidrs, stackServices(acmePort));
}

/** What all hosts have in common. */
export function hostSettings(overrides: Partial<HostSettings> = {}): HostSettings {
  const names = readdirSync(join(__dirname, "../../host")).flatMap(
    (file) => /^(.+)(?<!\.d)\.ts$/.exec(file)?.[1] ?? [],
  );
  return {
    adminUser: "webstack",
    adminKeys: ["ssh-ed25519 AAAA deploy"],
    firstContactKey: (node) => `first-contact-of-${node}`,
    subnetCidrs: plan.subnetCidrs,
    stack: stackServices(),
    programs: Object.fromEntries(names.map((name) => [name, `"program ${name}";`])),
    ...overrides,
  };
}

/** A public key of the right form, made of one letter. */
export function publicKey(letter: string, comment?: string): string {
  const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)}`;
  return comment === undefined ? key : `${key} ${comment}`;
}

/** What a node of a tier knows, whatever runs on it. */
export function nodeFacts(role: Role, index = 0): NodeFacts {
  const { name: node, privateIp } = plan[role][index]!;
  const { adminUser, programs, subnetCidrs: subnets } = hostSettings();
  const adminKeys = [publicKey("D"), publicKey("A", "ann@example.com")];
  const openingGroups = openingGroupsOf();
  const peers = plan[role].filter(({ name }) => name !== node);
  return { node, role, privateIp, peers, subnets, openingGroups, adminUser, adminKeys, programs };
}

/** HTTPS of a stack that says nothing about it; a test overrides only what it is about. */
export function edgeHttps(overrides: Partial<EdgeHttps> = {}): EdgeHttps {
  return { mode: "selfSigned", domains: [], redirect: false, hsts: "off", ...overrides };
}

/** An account at a certificate authority. */
export const acmeSettings: AcmeSettings = {
  domains: ["www.example.com", "example.com"],
  directory: "https://acme-v02.api.letsencrypt.org/directory",
  email: "ops@example.com",
  thumbprint: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
};

/** What the client of that account calls. */
export function acmeCallsOf(acme: AcmeSettings | undefined): AcmeCalls | undefined {
  return acme && { apiPort: 443, provesByDns: wildcardsOf(acme.domains).length > 0 };
}

/** A release that was pushed. */
export const release = { digest: "d".repeat(64), root: "/srv/app", keep: 3 };

/** An ordinary program; a test overrides only what it is about. */
export function appProgram(overrides: Partial<AppProgram> = {}): AppProgram {
  return {
    command: ["node", "server.js"],
    health: { path: "/healthz", host: "www.example.com", timeoutSeconds: 60 },
    trialSeconds: 30,
    sharesPort: false,
    affinity: "none",
    notifies: false,
    ...overrides,
  };
}

/** The sample app, which does more than an app must. */
export function sampleProgram(): AppProgram {
  return appProgram({
    migrate: ["node", "migrate.js"],
    health: { path: "/readyz", host: "localhost", timeoutSeconds: 60 },
    sharesPort: true,
    notifies: true,
  });
}

/** What requests may be by default; a test overrides only what it is about. */
export function webRequests(overrides: Partial<WebRequests> = {}): WebRequests {
  return {
    answerTimeoutSeconds: 30,
    idleTimeoutSeconds: 3600,
    maxBodyMib: 10,
    paths: {},
    ...overrides,
  };
}

/** What a stack file says about Nginx by default; a test overrides only what it is about. */
export function nginxSettings(overrides: Partial<NginxSettings> = {}): NginxSettings {
  return { brotli: false, locations: {}, ...overrides };
}

/** What a stack file says about the load balancers by default; a test overrides only what it is about. */
export function edgeRules(overrides: Partial<EdgeRules> = {}): EdgeRules {
  return {
    trustedProxies: [],
    clientAddressHeader: "X-Forwarded-For",
    limits: { requestsPerSecond: 1000 },
    headers: {},
    ...overrides,
  };
}

/** What a web node is about by default, beside its server and host. */
export function webFacts() {
  return {
    appNodes: plan.app,
    program: appProgram(),
    requests: webRequests(),
    settings: nginxSettings(),
    site: publicFiles,
    release,
  };
}

/** TLS between the tiers; each PEM begins with the mark. */
export function innerTls(encrypts = false, mark = "pem"): InnerTlsAccess {
  const ca = { innerCa: pulumi.secret(`${mark} ca\n`) };
  const pem = (node: string) => pulumi.secret(`${mark} of ${node}\n`);
  return { encrypts, ca, secrets: (node) => ({ ...ca, innerCertificate: pem(node) }) };
}

/** A web tier of the plan; a test overrides only what it is about. */
export function webTierArgs(overrides: Partial<WebTierArgs> = {}): WebTierArgs {
  return {
    nodes: plan.web,
    ...webFacts(),
    inner: innerTls(),
    server: serverSettings(),
    host: hostSettings(),
    ...overrides,
  };
}
