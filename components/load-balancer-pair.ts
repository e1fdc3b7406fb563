import * as pulumi from "@pulumi/pulumi";
import { acme, type AcmeCalls, type AcmeFacts } from "../services/acme/service";
import type { EdgeRules } from "../services/edge-haproxy/edge-rules";
import type { EdgeHttps } from "../services/edge-haproxy/https";
import { edgeHaproxy, type EdgeHaproxyFacts } from "../services/edge-haproxy/service";
import { everyNode, type NodeFacts, type NodeServices } from "../services/node-bundle";
import {
  floatingAddresses,
  type FloatingAddressesFacts,
} from "../services/floating-addresses/service";
import { keepalived, type KeepalivedFacts } from "../services/keepalived/service";
import { mover, type MoverFacts, moverNeeds, type MoverSettings } from "../services/mover/service";
import { prober } from "../services/prober/service";
import type { WebRequests } from "../services/requests";
import { ticketKeys } from "../services/ticket-keys/service";
import type { Peer, PlannedLoadBalancer } from "../topology";
import type { AcmeAccount } from "./acme-account";
import type { Egress } from "./egress";
import type { FloatingAddresses } from "./floating-addresses";
import { firstAssignments } from "../resources/first-assignments";
import { labelSelector } from "../resources/naming";
import type { InnerTlsAccess } from "./inner-tls";
import type { Server } from "./server";
import { type ConfiguredHost, Tier, type TierArgs } from "./tier";

/** How the load balancers' movers reach the Hetzner API. */
export interface ApiAccess {
  /** True if the token is on the load balancers. */
  hasToken: boolean;
  /** The API settings of a mover. */
  way: MoverSettings["api"];
  /** Contents of a mover's secret files by key. */
  secrets: (nodeName: string) => Record<string, pulumi.Output<string>>;
}

/** Arguments of {@link LoadBalancerPair}. */
export interface LoadBalancerPairArgs extends TierArgs<PlannedLoadBalancer> {
  /** Web nodes that requests go to, in order. */
  webNodes: readonly Peer[];
  /** Limits on visitors' requests. */
  requests: WebRequests;
  /** Settings of the stack file for visitors' requests at the load balancers. */
  rules: EdgeRules;
  /** Addresses that move between the two. */
  addresses: FloatingAddresses;
  /** How the two reach the Hetzner API, to move the addresses. */
  api: ApiAccess;
  /** Certificate chain with its private key in PEM form; a secret. */
  certificatePem: pulumi.Input<string>;
  /** Keys of session tickets, a line each; a secret. */
  ticketKeys: pulumi.Input<string>;
  /** HTTPS settings that do not depend on the ACME account. */
  https: EdgeHttps;
  /** Account at a certificate authority. @default the stack has its own certificate */
  acme?: AcmeAccount | undefined;
  /** TLS between the tiers. */
  inner: InnerTlsAccess;
  /** The way out of the nodes behind the load balancers. @default those have public addresses */
  egress?: Egress | undefined;
}

type Own = Omit<
  EdgeHaproxyFacts & AcmeFacts & FloatingAddressesFacts & KeepalivedFacts & MoverFacts,
  keyof NodeFacts
>;

/** Two HAProxy hosts: one has the floating addresses, the other is the standby. */
export class LoadBalancerPair extends Tier<PlannedLoadBalancer, Own> {
  /** The servers, lb-1 first. */
  readonly servers: Server[];
  /** The servers with their configurations. */
  readonly hosts: ConfiguredHost[];
  /** Public IPv4 addresses, lb-1 first; the SSH bastions of all other nodes. */
  readonly publicIps: pulumi.Output<string>[];

  /** @throws pulumi.ResourceError if there are not exactly two nodes. */
  constructor(name: string, args: LoadBalancerPairArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:LoadBalancerPair", name, {}, opts);
    if (args.nodes.length !== 2) {
      const found = JSON.stringify(args.nodes.map((node) => node.name));
      throw new pulumi.ResourceError(
        `nodes must be two load balancers, got ${found}; plan them with topology`,
        this,
        true,
      );
    }

    const services = LoadBalancerPair.services(args.api.hasToken, args.acme?.calls);
    const withGuests = (...publicIps: pulumi.Output<string>[]) => ({
      ...args,
      host: { ...args.host, guests: args.egress?.edgeGuests(publicIps) ?? {} },
    });
    const first = withGuests();
    this.servers = this.createServers(name, first, services, (node) => known(args, node));
    firstAssignments(this, name, args.addresses.all, this.servers);
    this.publicIps = this.servers.map((server) => server.reachedAt());
    const settings = moverSettings(args, this.servers);
    this.hosts = this.configured(
      this.servers,
      withGuests(...this.publicIps),
      services,
      (node) => known(args, node, settings),
      (node) => ({
        ...args.api.secrets(node.name),
        ...(args.acme?.secrets(node.name) ?? {}),
        ...args.inner.ca,
        ticketKeys: pulumi.secret(args.ticketKeys),
        edgeCertificate: pulumi.secret(args.certificatePem),
      }),
    );
    this.registerOutputs({ publicIps: this.publicIps });
  }

  /** API access of movers that have the token themselves. */
  static ownToken(endpoint: string, token: pulumi.Input<string>): ApiAccess {
    const moverToken = pulumi.secret(token);
    return { hasToken: true, way: { endpoint }, secrets: () => ({ moverToken }) };
  }

  /**
   * Services of each node, in the order of their start.
   *
   * @param hasToken true if the API token is on the load balancers.
   * @param calls what the client of a certificate authority calls. @default there is none
   */
  static services(hasToken: boolean, calls?: AcmeCalls): NodeServices<NodeFacts & Own> {
    const client = calls === undefined ? [] : [acme(calls)];
    // HAProxy has the stack file's certificate in its own file until the change to an authority; from then on the client's.
    const [before, after] = calls?.isSeeded ? [client, []] : [[], client];
    return {
      system: everyNode("admins"),
      tier: [
        floatingAddresses,
        ...before,
        edgeHaproxy,
        ticketKeys,
        ...after,
        prober,
        mover(hasToken),
        keepalived(moverNeeds(hasToken)),
      ],
    };
  }
}

/** Facts about a load balancer; without `settings` at the first boot, when no id is known yet. */
function known(
  args: LoadBalancerPairArgs,
  { name, vrrpPriority }: PlannedLoadBalancer,
  settings?: pulumi.Output<MoverSettings>,
): pulumi.Output<Own> {
  const { nodes: loadBalancers, webNodes, requests, rules, addresses, https, acme: account } = args;
  const innerTls = args.inner.encrypts;
  const hostCidrs = pulumi.all(addresses.all.map(({ hostCidr }) => hostCidr));
  return pulumi
    .all([hostCidrs, settings, settings && account?.settings])
    .apply(([floatingAddresses, moving, ordering]) => ({
      ...{ loadBalancers, webNodes, requests, rules, innerTls, vrrpPriority, floatingAddresses },
      mover: moving,
      acme: ordering,
      https: moving && { ...https, ...(ordering ? { thumbprint: ordering.thumbprint } : {}) },
      peerPublicIp: moving?.servers.find((other) => other.name !== name)?.publicIp,
    }));
}

function moverSettings(
  args: LoadBalancerPairArgs,
  servers: Server[],
): pulumi.Output<MoverSettings> {
  return pulumi.output({
    api: args.api.way,
    selector: labelSelector(args.server.identity),
    floatingIps: args.addresses.all.map(({ id, address }) => ({ id, address })),
    servers: servers.map((server) => ({
      name: server.node.name,
      id: server.serverId,
      publicIp: server.reachedAt(),
    })),
    ...(args.egress ? { network: args.egress.networkId } : {}),
  });
}
