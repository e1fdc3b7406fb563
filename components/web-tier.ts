import * as pulumi from "@pulumi/pulumi";
import type { AppProgram } from "../services/app/app-program";
import { appProxy, type AppProxyFacts } from "../services/app-proxy/service";
import type { BundleRelease } from "../services/bundle";
import { everyNode, type NodeFacts, type NodeServices } from "../services/node-bundle";
import type { NginxSettings } from "../services/nginx/nginx-conf";
import { nginx, type NginxFacts } from "../services/nginx/service";
import type { StaticSite } from "../services/nginx/static-site";
import type { WebRequests } from "../services/requests";
import type { Egress } from "../services/service";
import type { Peer, PlannedNode } from "../topology";
import type { InnerTlsAccess } from "./inner-tls";
import { type ConfiguredHost, Tier, type TierArgs } from "./tier";

/** Arguments of {@link WebTier}. */
export interface WebTierArgs extends TierArgs {
  /** App nodes that requests go to, in order. */
  appNodes: readonly Peer[];
  /** Health check of the app, whether its processes share a port, and whether a client has a process. */
  program: Pick<AppProgram, "health" | "sharesPort" | "affinity">;
  /** Limits on visitors' requests. */
  requests: WebRequests;
  /** Settings of the stack file for Nginx. */
  settings: NginxSettings;
  /** Where Nginx may call outside of the stack. @default nowhere */
  egress?: Egress | undefined;
  /** Static files of the release that the web nodes serve themselves. */
  site: StaticSite;
  /** The app's release, for its static files. */
  release: BundleRelease;
  /** TLS between the tiers. */
  inner: InnerTlsAccess;
}

type Own = Omit<AppProxyFacts, keyof NodeFacts> &
  Pick<NginxFacts, "requests" | "settings" | "site" | "release">;

/** Nginx hosts that serve static files and pass everything else on to the app. */
export class WebTier extends Tier<PlannedNode, Own> {
  /** Services of each node, in the order of their start. */
  static readonly services = WebTier.servicesWith("none");

  /** Services of each node of a tier whose Nginx may call these destinations outside of the stack. */
  static servicesWith(egress: Egress): NodeServices<NodeFacts & Own> {
    return { system: everyNode("lb"), tier: [appProxy, nginx(egress)] };
  }

  /** The servers with their configurations. */
  readonly hosts: ConfiguredHost[];

  /** @throws pulumi.ResourceError if there is no node. */
  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:WebTier", name, {}, opts);
    if (args.nodes.length === 0) {
      throw new pulumi.ResourceError(
        "nodes must name at least one web node, got []; set web.count to 1 or more",
        this,
        true,
      );
    }

    const { appNodes, program, requests, settings, site, release, inner } = args;
    const { encrypts: innerTls } = inner;
    const known = () => ({ appNodes, program, requests, settings, site, release, innerTls });
    const services = WebTier.servicesWith(args.egress ?? "none");
    const servers = this.createServers(name, args, services, known);
    this.hosts = this.configured(servers, args, services, known, ({ name: node }) =>
      inner.secrets(node),
    );
    this.registerOutputs();
  }
}
