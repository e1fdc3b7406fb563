import type { Peer } from "../../topology";
import { packagedHaproxy } from "../packaged-haproxy";
import type { Service } from "../service";
import { dbProxyCfg } from "./db-proxy-cfg";

/** What the proxy depends on. */
export interface DatabaseProxyFacts {
  /** Database nodes, in order; at least one. */
  databases: readonly Peer[];
}

/** The proxy through which programs of its own host reach the databases, whichever is the primary. */
export const databaseProxy: Service<DatabaseProxyFacts> = {
  name: "database-proxy",
  openings: [],
  part: ({ databases }) => packagedHaproxy(dbProxyCfg(databases)),
};
