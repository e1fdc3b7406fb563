import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { AddressBroker } from "../../components/address-broker";
import { FloatingAddresses } from "../../components/floating-addresses";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { MysqlCluster } from "../../components/mysql-cluster";
import type { ConfiguredHost } from "../../components/tier";
import { brokerSecretPaths } from "../../services/broker/service";
import { moverSecretPaths } from "../../services/mover/service";
import { mockId, record, valueOf } from "../support/record";
import {
  edgeHttps,
  edgeRules,
  hostSettings,
  identity,
  innerTls,
  plan,
  serverSettings,
  webRequests,
} from "../support/tier-args";

const token = "SECRET token";
const tokenPath = brokerSecretPaths.token;

async function build() {
  const host = hostSettings();
  const server = serverSettings();
  let broker!: AddressBroker;
  let pair!: LoadBalancerPair;
  let hosts!: ConfiguredHost[];
  const children = await record(() => {
    const place = { identity, homeLocation: "nbg1", ipv6: true, protect: false };
    const addresses = new FloatingAddresses("edge", place);
    broker = new AddressBroker("broker", {
      nodes: plan.db.slice(0, 2),
      loadBalancers: plan.lb,
      endpoint: "https://api.hetzner.cloud/v1",
      token,
      addresses,
      selector: "project=webstack,stack=test",
      wildcards: ["*.example.com"],
    });
    pair = new LoadBalancerPair("lb", {
      nodes: plan.lb,
      webNodes: plan.web,
      requests: webRequests(),
      rules: edgeRules(),
      addresses,
      api: broker.access,
      certificatePem: "pem",
      ticketKeys: "keys",
      https: edgeHttps(),
      inner: innerTls(),
      server,
      host,
    });
    const guests = broker.guests(pair.servers);
    hosts = new MysqlCluster("db", {
      nodes: plan.db,
      bufferPoolMib: 128,
      server,
      host: { ...host, guests },
    }).hosts;
  });
  return { children, broker, pair, hosts };
}

describe("AddressBroker", () => {
  it("gives a certificate to each broker and each load balancer, of an authority of its own", async () => {
    const { children } = await build();
    const own = children.filter(({ name }) => name.startsWith("broker"));
    expect(own.filter(({ name }) => name.endsWith("-cert")).map(({ name }) => name)).toEqual([
      "broker-tls-db-1-cert",
      "broker-tls-db-2-cert",
      "broker-tls-lb-1-cert",
      "broker-tls-lb-2-cert",
    ]);
    expect(own.map(({ name }) => name)).toContain("broker-tls-ca");
  });

  it("tells the movers where the brokers are, and keeps the token off the load balancers", async () => {
    const { pair } = await build();
    for (const { bundle, secrets } of pair.hosts) {
      const state = await valueOf(bundle);
      expect(JSON.parse(state.files["/etc/webstack/mover.json"]!.content).api).toEqual({
        brokers: [
          { name: "db-1", url: "https://10.0.4.11:9300/v1" },
          { name: "db-2", url: "https://10.0.4.12:9300/v1" },
        ],
      });
      expect(Object.keys(secrets).sort()).toEqual(Object.keys(state.secretFiles).sort());
      expect(secrets).not.toHaveProperty([moverSecretPaths.token]);
      for (const secret of Object.values(secrets)) expect(await valueOf(secret)).not.toBe(token);
    }
  });

  it("brings token, rules and program to its two nodes only", async () => {
    const { hosts } = await build();
    const names = hosts
      .filter(({ secrets }) => tokenPath in secrets)
      .map(({ server }) => server.node.name);
    expect(names).toEqual(["db-1", "db-2"]);
    const { bundle, secrets } = hosts[1]!;
    expect(await pulumi.isSecret(secrets[tokenPath] as pulumi.Output<string>)).toBe(true);
    const state = await valueOf(bundle);
    expect(JSON.parse(state.files["/etc/webstack/broker.json"]!.content)).toEqual({
      endpoint: "https://api.hetzner.cloud/v1",
      privateIp: "10.0.4.12",
      selector: "project=webstack,stack=test",
      floatingIps: [mockId("edge-ipv4"), mockId("edge-ipv6")],
      servers: [
        { name: "lb-1", id: mockId("lb-1-vm") },
        { name: "lb-2", id: mockId("lb-2-vm") },
      ],
      port: 9300,
      wildcards: ["*.example.com"],
    });
    expect(JSON.stringify(state)).not.toContain(token);
  });

  it("opens the broker's port to load balancers, and the API to the broker's user alone", async () => {
    const { hosts } = await build();
    const rules = async (i: number) =>
      (await valueOf(hosts[i]!.bundle)).files["/etc/nftables.conf"]!.content;
    expect(await rules(0)).toContain("ip saddr 10.0.1.0/24 tcp dport { 22, 9300 } accept");
    const callsApi = 'meta skuid "webstack-broker" meta l4proto tcp accept';
    expect(await rules(0)).toContain(callsApi);
    expect(await rules(2)).not.toContain("9300");
    expect(await rules(2)).not.toContain(callsApi);
  });
});
