import * as pulumi from "@pulumi/pulumi";
import type { MoverSettings } from "../services/mover/service";

/** How the load balancers' movers reach the Hetzner API. */
export interface ApiAccess {
  /** True if the token is on the load balancers. */
  hasToken: boolean;
  /** What a mover is told. */
  way: MoverSettings["api"];
  /** Contents of a mover's secret files by key. */
  secrets: (nodeName: string) => Record<string, pulumi.Output<string>>;
}

/** The access of movers that have the token themselves. */
export function ownToken(endpoint: string, token: pulumi.Input<string>): ApiAccess {
  return {
    hasToken: true,
    way: { endpoint },
    secrets: () => ({ moverToken: pulumi.secret(token) }),
  };
}
