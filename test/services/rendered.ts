import { AppTier } from "../../components/app-tier";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { MysqlCluster } from "../../components/mysql-cluster";
import { WebTier } from "../../components/web-tier";
import type { AppProgram } from "../../services/app/app-program";
import { broker } from "../../services/broker/service";
import type { AcmeSettings } from "../../services/acme/service";
import type { Bundle } from "../../services/bundle";
import type { EdgeRules } from "../../services/edge-haproxy/edge-rules";
import type { EdgeHttps } from "../../services/edge-haproxy/https";
import type { MysqlFacts } from "../../services/mysql/service";
import type { NginxSettings } from "../../services/nginx/nginx-conf";
import { nodeBundle, type NodeFacts } from "../../services/node-bundle";
import type { WebRequests } from "../../services/requests";
import { worker } from "../support/jobs";
import {
  acmeSettings,
  appProgram,
  edgeHttps,
  edgeRules,
  nginxSettings,
  nodeFacts,
  plan,
  release,
  sampleProgram,
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

/** What an app node is made of. */
type AppNodeFacts = Parameters<(typeof AppTier.services.tier)[number]["part"]>[0];

/** Where the backups of the tested stack go. */
export const backups = {
  root: "webstack-test",
  target: {
    endpoint: "https://fsn1.your-objectstorage.com",
    bucket: "example-backups",
    region: "fsn1",
    accessKeyId: "EXAMPLEKEY",
  },
  publicKey: `age1${"q".repeat(58)}`,
  baseAt: "03:15",
};

/** Bundle of a load balancer after its first configuration, of a stack that says nothing about TLS. */
export function loadBalancer(): Bundle {
  return loadBalancerWith(0);
}

/** Bundle of a load balancer of a stack that says something else than the defaults wherever it can. */
export function tunedLoadBalancer(): Bundle {
  const rules = edgeRules({
    trustedProxies: ["192.0.2.0/24", "2001:db8:1::/48"],
    clientAddressHeader: "CF-Connecting-IP",
    limits: { requestsPerSecond: 50, connections: 100 },
    headers: {
      "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
      "X-Odd": `100% "it's" {$HOME} \\ # %[src]`,
    },
    haproxySnippet: "acl admin path_beg /wp-admin\nhttp-request deny if admin\n",
  });
  return loadBalancerWith(1, { requests: tunedRequests, rules });
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
}

function loadBalancerWith(index: 0 | 1, told: BalancerFacts = {}): Bundle {
  const facts = {
    ...nodeFacts("lb", index),
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
    },
  };
  return nodeBundle(facts, LoadBalancerPair.services(false, told.acme && 443));
}

/** Bundle of a web node. */
export function webNode(): Bundle {
  return webNodeWith(0);
}

/** Bundle of a web node of a stack that says something else than the defaults wherever it can. */
export function tunedWebNode(): Bundle {
  const settings = nginxSettings({
    locations: { "= /old": "return 301 /new;", "/files/": "autoindex on;\nexpires 1h;" },
    nginxSnippet: "error_page 404 /404.html;\n",
  });
  return webNodeWith(1, tunedRequests, settings);
}

function webNodeWith(
  index: number,
  requests = webRequests(),
  settings: NginxSettings = nginxSettings(),
): Bundle {
  const facts = {
    ...nodeFacts("web", index),
    appNodes: plan.app,
    program: appProgram(),
    requests,
    settings,
    release,
  };
  return nodeBundle(facts, WebTier.services);
}

/** Bundle of an app node with two processes: the sample app, which migrates here. */
export function appNode(): Bundle {
  return appNodeWith(0, sampleProgram());
}

/** Bundle of an app node with two processes of an ordinary program, which migrated elsewhere. */
export function ordinaryAppNode(): Bundle {
  return appNodeWith(1, appProgram({ migrate: ["node", "migrate.js"] }));
}

/** Bundle of an app node that does all that an app may ask for. */
export function busyAppNode(): Bundle {
  const program = appProgram({ migrate: ["node", "migrate.js"] });
  const node = { node: "app-3", privateIp: "10.0.3.13" };
  const workers = [worker({ processes: 2 }), worker({ name: "clock", nodes: "one" })];
  return appNodeWith(0, program, { ...node, workers });
}

function appNodeWith(index: number, program: AppProgram, more: Partial<AppNodeFacts> = {}): Bundle {
  const [migrates, requests] = [index === 0, webRequests()];
  const own = { databases: plan.db, program, migrates, processes: 2, requests, release };
  const facts = { ...nodeFacts("app", index), ...own, workers: [], ...more };
  return nodeBundle(facts, AppTier.services);
}

/** Bundle of the third database node, which has backups and no broker. */
export function backedUpNode(): Bundle {
  const facts = {
    ...nodeFacts("db", 2),
    mysqlServerId: plan.db[2]!.mysqlServerId,
    groupName: "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11",
    nodes: plan.db,
    bufferPoolMib: 128,
    backups,
  };
  return nodeBundle(facts, MysqlCluster.servicesWith(backups));
}

/** Bundle of a database node with a broker, of a group of `count`: db-1, or db-2 with a volume. */
export function databaseNode(count: 1 | 3 = 3, volume?: MysqlFacts["volume"]): Bundle {
  const index = volume ? 1 : 0;
  const base: NodeFacts = nodeFacts("db", index);
  const facts = {
    ...base,
    mysqlServerId: plan.db[index]!.mysqlServerId,
    groupName: "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11",
    nodes: plan.db.slice(0, count),
    bufferPoolMib: 128,
    volume,
  };
  const rules = {
    endpoint: "https://api.hetzner.cloud/v1",
    selector: "project=webstack,stack=test",
    floatingIps: [21],
    servers: [
      { name: "lb-1", id: 11 },
      { name: "lb-2", id: 12 },
    ],
  };
  return nodeBundle(facts, { ...MysqlCluster.services, guests: [broker(rules)] });
}
