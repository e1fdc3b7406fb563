import * as pulumi from "@pulumi/pulumi";
import { mergeBundles } from "../services/bundle";
import { brokerBundle, brokerPort, brokerSecretPaths } from "../services/broker/broker-bundle";
import { lbSecretPaths } from "../services/edge-haproxy/lb-bundle";
import type { Peer } from "../topology";
import type { ApiAccess } from "./api-access";
import type { FloatingAddresses } from "./floating-addresses";
import type { ConfiguredHost } from "./host";
import { NodeCertificates } from "./node-certificates";
import type { Server } from "./server";

/** Arguments of {@link AddressBroker}. */
export interface AddressBrokerArgs {
  /** Nodes without a public service that have the token, in order of preference; two. */
  nodes: readonly Peer[];
  /** Load balancers, which ask the brokers. */
  loadBalancers: readonly Peer[];
  /** Hetzner API as the brokers reach it, with `/v1`. */
  endpoint: string;
  /** Token of the project; a secret. */
  token: pulumi.Input<string>;
  /** Addresses that may be moved. */
  addresses: FloatingAddresses;
  /** Labels of those addresses, such as `stack=dev`. */
  selector: string;
  /** Programs of the hosts by name, each as one text. */
  programs: Readonly<Record<string, string>>;
}

/**
 * Two brokers that have the project's token instead of the load balancers. A Hetzner token can do
 * everything in its project; a broker gives a floating IP to the load balancer that asks for it
 * and does nothing else. Callers are known by certificates of an authority of its own.
 */
export class AddressBroker extends pulumi.ComponentResource {
  /** How movers reach the brokers. */
  readonly access: ApiAccess;
  private readonly certificates: NodeCertificates;

  constructor(
    name: string,
    private readonly args: AddressBrokerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("webstack:index:AddressBroker", name, {}, opts);
    const nodes = [...args.nodes, ...args.loadBalancers];
    this.certificates = new NodeCertificates(`${name}-tls`, { nodes }, { parent: this });
    const url = (privateIp: string) => `https://${privateIp}:${brokerPort}/v1`;
    this.access = {
      hasToken: false,
      way: { brokers: args.nodes.map(({ name, privateIp }) => ({ name, url: url(privateIp) })) },
      secrets: (node) =>
        this.identity(
          node,
          lbSecretPaths.moverCertificate,
          lbSecretPaths.moverKey,
          lbSecretPaths.moverCa,
        ),
    };
    this.registerOutputs();
  }

  /** Adds the broker to those hosts that are to have one. */
  configured(hosts: readonly ConfiguredHost[], loadBalancers: readonly Server[]): ConfiguredHost[] {
    const names = this.args.nodes.map(({ name }) => name);
    return hosts.map((host) =>
      names.includes(host.server.node.name) ? this.withBroker(host, loadBalancers) : host,
    );
  }

  private withBroker(host: ConfiguredHost, loadBalancers: readonly Server[]): ConfiguredHost {
    const { name, privateIp } = host.server.node;
    const { endpoint, selector, programs, addresses, token } = this.args;
    const { certificate, key, ca } = brokerSecretPaths;
    const bundle = pulumi
      .all([
        host.bundle,
        pulumi.all(addresses.all.map(({ id }) => id)),
        pulumi.all(loadBalancers.map(({ node, serverId: id }) => ({ name: node.name, id }))),
      ])
      .apply(([own, floatingIps, servers]) => {
        const rules = { endpoint, privateIp, selector, floatingIps, servers };
        return mergeBundles(own.node, own.role, own, brokerBundle({ ...rules, programs }));
      });
    const secrets = {
      ...host.secrets,
      ...this.identity(name, certificate, key, ca),
      [brokerSecretPaths.token]: pulumi.secret(token),
    };
    return { ...host, bundle, secrets };
  }

  /** A node's certificate, key and authority as secret files at those paths. */
  private identity(node: string, certificate: string, key: string, ca: string) {
    const { certPem, keyPem } = this.certificates.byNode[node]!;
    return { [certificate]: certPem, [key]: keyPem, [ca]: this.certificates.caPem };
  }
}
