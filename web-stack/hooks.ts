import type * as pulumi from "@pulumi/pulumi";
import { AppTier } from "../components/app-tier";
import { MysqlCluster } from "../components/mysql-cluster";
import type { HostNode } from "../rolling/hosts";
import { holderHosts, type HolderAccess, retiringHook } from "../rolling/retiring";
import { labelSelector } from "../resources/naming";
import { resizeHooks, type RolledNode } from "../rolling/hooks";
import { reach } from "../rolling/reach";
import type { Topology } from "../topology";
import { type WebStackArgs, hasConsent } from "./args";
import type { Foundation } from "./foundation";

/** Hooks of the configurations that accept two secrets at a time, see {@link retiringHook}. */
export interface RetiringHooks {
  /** For database nodes: before a former database password is no longer accepted. */
  db: pulumi.ResourceHook;
  /** For app nodes: before a former session secret is no longer accepted. */
  app: pulumi.ResourceHook;
}

/** Scripts of sed that print the secrets that an app node uses, from its environment file. */
export const heldScripts = {
  password: 's|^DATABASE_URL_RW="mysql://[^:]*:\\([^@]*\\)@.*|\\1|p',
  sessionSecret: 's|^SESSION_SECRET="\\(.*\\)"$|\\1|p',
} as const;

/** The accepted session secrets in an environment file, the present one first. */
export function sessionSecretsIn(content: string): string[] {
  return (/^SESSION_SECRETS="(.*)"$/m.exec(content)?.[1] ?? "").split(",");
}

/** Makes the hooks; the app nodes use both kinds of secrets. */
export function retiringHooks(holders: readonly HostNode[], access: HolderAccess): RetiringHooks {
  const hosts = holderHosts(holders, access);
  const path = AppTier.environmentPath;
  return {
    db: retiringHook({
      ...{ what: "database passwords", path: MysqlCluster.passwordsPath, holders, hosts },
      listIn: (content) => (JSON.parse(content) as { app: string[] }).app,
      held: { path, sed: heldScripts.password },
    }),
    app: retiringHook({
      ...{ what: "session secrets", path, holders, hosts },
      listIn: sessionSecretsIn,
      held: { path, sed: heldScripts.sessionSecret },
    }),
  };
}

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
