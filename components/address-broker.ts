import * as pulumi from "@pulumi/pulumi";
import { relayPort } from "../services/api-relay/service";
import { broker, brokerPort, brokerSecrets } from "../services/broker/service";
import { secretContents } from "../services/node-bundle";
import type { Peer } from "../topology";
import type { FloatingAddresses } from "./floating-addresses";
import type { ApiAccess } from "./load-balancer-pair";
import { NodeCertificates } from "./node-certificates";
import type { Server } from "./server";
import type { ExtraService } from "./tier";

/** Arguments of {@link AddressBroker}. */
export interface AddressBrokerArgs {
  /** Nodes without a public service that have the token, in order of preference; two. */
  nodes: readonly Peer[];
  /** Load balancers, which are the brokers' clients. */
  loadBalancers: readonly Peer[];
  /** Hetzner API as the brokers reach it, with `/v1`. */
  endpoint: string;
  /** Token of the project; a secret. */
  token: pulumi.Input<string>;
  /** Addresses that may be moved. */
  addresses: FloatingAddresses;
  /** Label selector of those addresses, such as `stack=dev`. */
  selector: string;
  /** Wildcard domains whose proofs the load balancers may have written. @default none */
  wildcards?: readonly string[];
  /** Id of the private network whose default route may be moved. @default the nodes have public addresses */
  networkId?: pulumi.Input<number> | undefined;
}

/**
 * Two brokers that have the project's token instead of the load balancers. A Hetzner token allows
 * everything in its project; a broker only assigns a floating IP to the load balancer that requests it.
 * Callers authenticate with certificates of a separate authority.
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
    const { caPem, byNode } = this.certificates;
    const url = (privateIp: string) => `https://${privateIp}:${brokerPort}/v1`;
    this.access = {
      hasToken: false,
      way: { brokers: args.nodes.map(({ name, privateIp }) => ({ name, url: url(privateIp) })) },
      secrets: (node) => ({
        moverCa: caPem,
        moverCertificate: byNode[node]!.certPem,
        moverKey: byNode[node]!.keyPem,
      }),
    };
    this.registerOutputs();
  }

  /**
   * The broker services to be added to single nodes, by node name.
   *
   * @param loadBalancers servers that may request an address.
   */
  guests(loadBalancers: readonly Server[]): Record<string, ExtraService[]> {
    const { endpoint, selector, addresses, nodes, token, networkId, wildcards = [] } = this.args;
    const gateways = this.args.loadBalancers.map(({ name, privateIp }) => ({ name, privateIp }));
    const service = pulumi
      .all([
        pulumi.all(addresses.all.map(({ id }) => id)),
        pulumi.all(loadBalancers.map(({ node, serverId: id }) => ({ name: node.name, id }))),
        pulumi.output(networkId),
      ])
      .apply(([floatingIps, servers, network]) =>
        broker({
          ...{ endpoint, selector, floatingIps, servers, wildcards },
          egress: network === undefined ? undefined : { network, gateways, relayPort },
        }),
      );
    const { caPem, byNode } = this.certificates;
    const guest = ({ name }: Peer): ExtraService => ({
      firstBoot: broker(),
      service,
      secrets: secretContents([{ name: "broker", secrets: brokerSecrets }], {
        brokerToken: pulumi.secret(token),
        brokerCa: caPem,
        brokerCertificate: byNode[name]!.certPem,
        brokerKey: byNode[name]!.keyPem,
      }),
    });
    return Object.fromEntries(nodes.map((node) => [node.name, [guest(node)]]));
  }
}
