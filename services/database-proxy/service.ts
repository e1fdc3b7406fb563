import type { Peer } from "../../topology";
import { databaseAside } from "../app/app-program";
import { packagedHaproxy } from "../packaged-haproxy";
import type { Service } from "../service";
import { dbProxyCfg } from "./db-proxy-cfg";

/** Facts about a node that the database proxy's part depends on. */
export interface DatabaseProxyFacts {
  /** Database nodes, in order; at least one. */
  databases: readonly Peer[];
  /** The other nodes of the tier. */
  peers: readonly Peer[];
}

/** The proxy through which programs of its host reach the present primary and the replicas. */
export const databaseProxy: Service<DatabaseProxyFacts> = {
  name: "database-proxy",
  openings: [],
  part: ({ databases, peers }) =>
    packagedHaproxy({ config: dbProxyCfg(databases), aside: databaseAside(peers) }),
};
