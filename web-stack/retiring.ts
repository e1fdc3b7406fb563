import type * as pulumi from "@pulumi/pulumi";
import { AppTier } from "../components/app-tier";
import { MysqlCluster } from "../components/mysql-cluster";
import type { HostNode } from "../rolling/hosts";
import { holderHosts, type HolderAccess, retiringHook } from "../rolling/retiring";

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
