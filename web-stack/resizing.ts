import type * as pulumi from "@pulumi/pulumi";
import { labelSelector } from "../resources/naming";
import { resizeHooks, type RolledNode } from "../rolling/hooks";
import { reach } from "../rolling/reach";
import type { Topology } from "../topology";
import { type WebStackArgs, hasConsent } from "./args";
import type { Foundation } from "./foundation";

/** Hooks for a change of a server's type: one node at a time, and with consent if it causes an outage. */
export function resizing(
  args: WebStackArgs,
  plan: Topology,
  { identity, access }: Foundation,
): (node: RolledNode) => pulumi.ResourceHookBinding {
  const { cloud: project, today, turn: passedOn } = args;
  const nodes = [...plan.lb, ...plan.web, ...plan.app, ...plan.db];
  const { user, privateKey, formerPrivateKey } = access;
  const selector = labelSelector(identity);
  return resizeHooks({
    ...reach({ nodes, user, privateKey, formerPrivateKey, project, selector }),
    ...{ nodes, today, passedOn },
    allowsOutage: ({ name, role }) => hasConsent(args, "resize", name, role),
  });
}
