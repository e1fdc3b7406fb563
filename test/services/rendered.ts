import { AppTier } from "../../components/app-tier";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { WebTier } from "../../components/web-tier";
import type { AppProgram } from "../../services/app/app-program";
import type { AcmeSettings } from "../../services/acme/service";
import type { Bundle } from "../../services/bundle";
import type { OpeningGroup } from "../../services/host-firewall/output-rules";
import type { EdgeRules } from "../../services/edge-haproxy/edge-rules";
import type { EdgeHttps } from "../../services/edge-haproxy/https";
import { nodeBundle, type NodeFacts, type NodeServices } from "../../services/node-bundle";
import type { WebRequests } from "../../services/requests";
import { job, worker } from "../support/jobs";
import {
  acmeCallsOf,
  acmeSettings,
  appProgram,
  edgeHttps,
  edgeRules,
  nginxSettings,
  nodeFacts,
  openingGroupsOf,
  plan,
  release,
  sampleProgram,
  webFacts,
  webRequests,
} from "../support/tier-args";

/** What requests may be in a stack that says something else than the defaults. */
const tunedRequests = webRequests({
  answerTimeoutSeconds: 60,
  idleTimeoutSeconds: 900,
  maxBodyMib: 20,
  paths: {
    "/api/export": { answerTimeoutSeconds: 600, buffering: false },
    "/uploads/": { maxBodyMib: 2048 },
  },
});

/** What a web node is made of. */
type WebNodeFacts = Parameters<(typeof WebTier.services.tier)[number]["part"]>[0];

/** What an app node is made of. */
type AppNodeFacts = Parameters<(typeof AppTier.services.tier)[number]["part"]>[0];

/** Bundle of a load balancer after its first configuration, of a stack that says nothing about TLS. */
export function loadBalancer(): Bundle {
  return loadBalancerWith(0);
}

/** Bundle of a load balancer of a stack that says something else than the defaults wherever it can. */
export function tunedLoadBalancer(): Bundle {
  const rules = edgeRules({
    trustedProxies: ["192.0.2.0/24", "2001:db8:1::/48"],
    clientAddressHeader: "CF-Connecting-IP",
    limits: { requestsPerSecond: 50, connections: 100, requestsAtOnce: 60, lastingAtOnce: 70 },
    headers: {
      "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
      "X-Odd": `100% "it's" {$HOME} \\ # %[src]`,
    },
    haproxySnippet: "acl admin path_beg /wp-admin\nhttp-request deny if admin\n",
  });
  return loadBalancerWith(1, { requests: tunedRequests, rules, innerTls: true });
}

/** Bundle of the second load balancer of a stack whose certificates an authority issues. */
export function orderingLoadBalancer(https: Partial<EdgeHttps> = {}): Bundle {
  const { domains, thumbprint } = acmeSettings;
  const of = { mode: "acme", domains, thumbprint, redirect: true, hsts: "on" } as const;
  const own = edgeHttps({ ...of, canonical: domains[0]!, ...https });
  return loadBalancerWith(1, { https: own, acme: acmeSettings });
}

interface BalancerFacts {
  requests?: WebRequests;
  rules?: EdgeRules;
  https?: EdgeHttps;
  acme?: AcmeSettings;
  innerTls?: boolean;
  network?: number;
  guests?: NodeServices<NodeFacts>["guests"];
  /** Openings of guests of other nodes. */
  further?: OpeningGroup[];
}

/** Bundle of a load balancer with these facts and services besides those that all have. */
export function loadBalancerWith(index: 0 | 1, more: BalancerFacts = {}): Bundle {
  const { network, guests, further = [], ...told } = more;
  const facts = {
    ...nodeFacts("lb", index),
    openingGroups: [...openingGroupsOf(told.acme && 443), ...further],
    ...{ requests: webRequests(), rules: edgeRules(), https: edgeHttps(), ...told },
    vrrpPriority: 101 - index,
    loadBalancers: plan.lb,
    webNodes: plan.web,
    floatingAddresses: ["203.0.113.200/32", "2001:db8:0:1::1/128"],
    peerPublicIp: ["203.0.113.12", "203.0.113.11"][index],
    mover: {
      api: {
        brokers: [
          { name: "db-1", url: "https://10.0.4.11:9300/v1" },
          { name: "db-2", url: "https://10.0.4.12:9300/v1" },
        ],
      },
      selector: "project=webstack,stack=test",
      floatingIps: [{ id: 21, address: "203.0.113.200" }],
      servers: [
        { name: "lb-1", id: 11, publicIp: "203.0.113.11" },
        { name: "lb-2", id: 12, publicIp: "203.0.113.12" },
      ],
      ...(network === undefined ? {} : { network }),
    },
  };
  return nodeBundle(facts, { ...LoadBalancerPair.services(false, acmeCallsOf(told.acme)), guests });
}

/** Bundle of a web node. */
export function webNode(): Bundle {
  return webNodeWith({});
}

/** Bundle of a web node of a stack that says something else than the defaults wherever it can. */
export function tunedWebNode(): Bundle {
  const settings = nginxSettings({
    locations: { "= /old": "return 301 /new;", "/files/": "autoindex on;\nexpires 1h;" },
    nginxSnippet: "error_page 404 /404.html;\n",
  });
  const own = { settings, program: appProgram({ affinity: "client" }), innerTls: true };
  return webNodeWith({ ...nodeFacts("web", 1), requests: tunedRequests, ...own });
}

/** Bundle of a web node with a single-page app, and an app behind some paths. */
export function siteNode(): Bundle {
  const directories = { "/": "dist", "/docs": "manual/html" };
  const fallback = "index.html";
  return webNodeWith({
    node: "web-3",
    privateIp: "10.0.2.13",
    requests: webRequests({ paths: { "/api": { answerTimeoutSeconds: 120, maxBodyMib: 100 } } }),
    site: {
      directories,
      immutable: { "/_app/immutable": "dist/_app/immutable" },
      fallback,
      appPaths: ["/api", "/api/live", "/login"],
      only: false,
    },
  });
}

function webNodeWith(more: Partial<WebNodeFacts>): Bundle {
  return nodeBundle({ ...nodeFacts("web", 0), ...webFacts(), ...more }, WebTier.services);
}

/** Bundle of an app node with two processes: the sample app, which migrates here. */
export function appNode(): Bundle {
  return appNodeWith(0, sampleProgram());
}

/** Bundle of an app node with two processes of an ordinary program, which migrated elsewhere. */
export function ordinaryAppNode(): Bundle {
  return appNodeWith(1, appProgram({ migrate: ["node", "migrate.js"] }), { innerTls: true });
}

/** Bundle of an app node that does all that an app may ask for. */
export function busyAppNode(): Bundle {
  const program = appProgram({ migrate: ["node", "migrate.js"], affinity: "client" });
  const node = { node: "app-3", privateIp: "10.0.3.13" };
  const workers = [worker({ processes: 2 }), worker({ name: "clock", nodes: "one" })];
  const more = { data: "content", packages: ["imagemagick"], workers, cron: [job()] };
  return appNodeWith(0, program, { ...node, ...more });
}

/** Bundle of an app node that goes back to a release that ran before. */
export function appNodeOnItsWayBack(): Bundle {
  return appNodeWith(0, { ...sampleProgram(), migratesOnSwitch: false });
}

/** Bundle of an app node of a site that has no server, but a worker. */
export function appNodeOfSite(): Bundle {
  return appNodeWith(0, appProgram({ command: [] }), { processes: 0, workers: [worker()] });
}

/** Bundle of an app node with these facts besides those that all have. */
export function appNodeWith(
  index: number,
  program: AppProgram,
  more: Partial<AppNodeFacts> = {},
): Bundle {
  const own = { databases: plan.db, databaseSlots: plan.databaseSlots, program, checkTables: true };
  const rest = { migrates: index === 0, processes: 2, requests: webRequests(), release };
  const facts = { ...nodeFacts("app", index), ...own, ...rest, workers: [], cron: [] };
  return nodeBundle({ ...facts, ...more }, AppTier.services);
}

/** Content of a file of a bundle. @throws Error if it has none of that path. */
export function contentOf({ node, files }: Bundle, path: string): string {
  const found = files[path];
  if (!found) throw new Error(`${node} has no ${path}`);
  return found.content;
}
