import type { ConfiguredHost } from "./tier";
import type { LoadBalancerPair } from "./load-balancer-pair";
import { type Access, Rollout } from "./rollout";

/** What is rolled out. */
export interface RolloutOrderArgs {
  /** The load balancers, through which all other hosts are reached. */
  lb: LoadBalancerPair;
  /** Hosts of the other tiers. */
  web: readonly ConfiguredHost[];
  app: readonly ConfiguredHost[];
  db: readonly ConfiguredHost[];
  /** Local path of the release's archive. @default the hosts fetch the release */
  archive?: string | undefined;
}

/** Configures tier after tier, from the databases outwards, through the load balancers. */
export function rollOut(direct: Access, { lb, web, app, db, archive }: RolloutOrderArgs): void {
  const access = { ...direct, bastions: lb.publicIps };
  const bastions = lb.servers;
  const pushed = archive === undefined ? {} : { archive };
  const dbDone = new Rollout("db", { hosts: db, access, after: bastions });
  const afterDb = [...bastions, dbDone];
  const appDone = new Rollout("app", { hosts: app, access, ...pushed, after: afterDb });
  const afterApp = [...bastions, appDone];
  const webDone = new Rollout("web", { hosts: web, access, ...pushed, after: afterApp });
  new Rollout("lb", { hosts: lb.hosts, access: direct, after: [webDone] });
}
