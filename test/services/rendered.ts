import { hostBundle } from "../../components/host";
import { appBundle } from "../../services/app/app-bundle";
import { brokerBundle } from "../../services/broker/broker-bundle";
import { type Bundle, mergeBundles } from "../../services/bundle";
import { dbBundle, type DbBundleArgs } from "../../services/mysql/db-bundle";
import { lbBundle } from "../../services/edge-haproxy/lb-bundle";
import { webBundle } from "../../services/nginx/web-bundle";
import { hostSettings, plan, release } from "../support/tier-args";

const host = hostSettings();
const { programs } = host;
const [lb1, lb2] = plan.lb;

/** Bundle of a load balancer after its first configuration. */
export function loadBalancer(): Bundle {
  const part = lbBundle({
    node: lb1!.name,
    privateIp: lb1!.privateIp,
    peer: lb2!,
    priority: 101,
    loadBalancers: plan.lb,
    webNodes: plan.web,
    floatingAddresses: ["203.0.113.200/32", "2001:db8:0:1::1/128"],
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
    hasToken: false,
    programs,
  });
  return hostBundle(lb1!, host, part, lb2!.privateIp);
}

/** Bundle of a web node. */
export function webNode(): Bundle {
  const node = plan.web[0]!;
  const lbSubnetCidr = plan.subnetCidrs.lb;
  const part = webBundle({ node: node.name, appNodes: plan.app, lbSubnetCidr, release });
  return hostBundle(node, host, part);
}

/** Bundle of an app node with two processes. */
export function appNode(): Bundle {
  const node = plan.app[0]!;
  const part = appBundle({ node: node.name, databases: plan.db, processes: 2, release });
  return hostBundle(node, host, part);
}

/** Bundle of a database node with a broker, of a group of `count`: db-1, or db-2 with a volume. */
export function databaseNode(count: 1 | 3 = 3, volume?: DbBundleArgs["volume"]): Bundle {
  const node = plan.db[volume ? 1 : 0]!;
  const part = dbBundle({
    node: node.name,
    privateIp: node.privateIp,
    serverId: node.mysqlServerId,
    groupName: "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11",
    nodes: plan.db.slice(0, count),
    ...(volume ? { volume } : {}),
    programs,
  });
  const broker = brokerBundle({
    endpoint: "https://api.hetzner.cloud/v1",
    privateIp: node.privateIp,
    selector: "project=webstack,stack=test",
    floatingIps: [21],
    servers: [
      { name: "lb-1", id: 11 },
      { name: "lb-2", id: 12 },
    ],
    programs,
  });
  return mergeBundles(node.name, node.role, hostBundle(node, host, part), broker);
}
