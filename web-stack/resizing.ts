import type * as pulumi from "@pulumi/pulumi";
import { labelSelector } from "../resources/naming";
import { resizeHooks, type RolledNode } from "../rolling/hooks";
import { reach } from "../rolling/reach";
import type { Topology } from "../topology";
import type { WebStackArgs } from "./args";
import { isAllowed } from "./consented";
import type { Foundation } from "./foundation";

/** How a server of the stack changes its type: in its turn, and with consent where nobody stands in. */
export function resizing(
  args: WebStackArgs,
  plan: Topology,
  { identity, access }: Foundation,
): (node: RolledNode) => pulumi.ResourceHookBinding {
  const { cloud: project, today } = args;
  const nodes = [...plan.lb, ...plan.web, ...plan.app, ...plan.db];
  const { user, privateKey } = access;
  const selector = labelSelector(identity);
  return resizeHooks({
    ...reach({ nodes, user, privateKey, project, selector }),
    nodes,
    today,
    allowsOutage: ({ name, role }) => isAllowed(args, "resize", name, role),
  });
}
