import { MysqlCluster, type MysqlClusterArgs } from "../../components/mysql-cluster";
import { record } from "../support/record";
import { hostSettings, plan, serverSettings } from "../support/tier-args";

/** A cluster of the usual nodes and its resources; a test overrides only what it is about. */
export async function buildCluster(overrides: Partial<MysqlClusterArgs> = {}) {
  let cluster!: MysqlCluster;
  const children = await record(() => {
    cluster = new MysqlCluster("db", {
      nodes: plan.db,
      bufferPoolMib: 1536,
      server: serverSettings(),
      host: hostSettings(),
      ...overrides,
    });
  });
  return { cluster, children };
}
