import * as pulumi from "@pulumi/pulumi";
import { lbSecretPaths, type MoverArgs } from "../services/edge-haproxy/lb-bundle";

/** How the load balancers' movers reach the Hetzner API. */
export interface ApiAccess {
  /** True if the token is on the load balancers. */
  hasToken: boolean;
  /** What a mover is told. */
  way: MoverArgs["api"];
  /** Secret files of a load balancer for it, by path. */
  secrets: (nodeName: string) => Record<string, pulumi.Output<string>>;
}

/** The access of movers that have the token themselves. */
export function ownToken(endpoint: string, token: pulumi.Input<string>): ApiAccess {
  return {
    hasToken: true,
    way: { endpoint },
    secrets: () => ({ [lbSecretPaths.token]: pulumi.secret(token) }),
  };
}
