import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Bundle } from "../services/bundle";
import { dbBundle, type DbBundleArgs, dbSecretPaths } from "../services/mysql/db-bundle";
import type { Peer, PlannedDatabase } from "../topology";
import { NodeCertificates } from "./node-certificates";
import { DatabaseCredentials } from "./database-credentials";
import { dataVolumes } from "./data-volumes";
import { type ConfiguredHost, hostBundle, type HostSettings, userData } from "./host";
import type { ServerSettings } from "./server";
import { tierServers } from "./tier-servers";

/** Arguments of {@link MysqlCluster}. */
export interface MysqlClusterArgs {
  /** Planned nodes: one, or an odd number up to nine. */
  nodes: readonly PlannedDatabase[];
  /** MiB of memory that each MySQL keeps data in. */
  bufferPoolMib: number;
  /** GB of a volume for the data of each node. @default the data is on the server's own disk */
  volumeGb?: number | undefined;
  /** What the servers have in common. */
  server: ServerSettings;
  /** What all hosts have in common. */
  host: HostSettings;
}

/** What an app needs to use the databases. */
export interface DatabaseAccess {
  /** Nodes in order; which one is primary is found out at run time. */
  nodes: readonly Peer[];
  /** Password of the user `app`; a secret. */
  appPassword: pulumi.Output<string>;
  /** Certificate that signs those of the nodes, in PEM form. */
  caPem: pulumi.Output<string>;
}

/** MySQL in Group Replication with a single primary, on hosts that mend the group themselves. */
export class MysqlCluster extends pulumi.ComponentResource {
  /** The servers with their configurations. */
  readonly hosts: ConfiguredHost[];
  /** What an app needs. */
  readonly access: DatabaseAccess;

  /** @throws pulumi.ResourceError if the number of nodes cannot form a majority. */
  constructor(name: string, args: MysqlClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:MysqlCluster", name, {}, opts);
    const { nodes, server, host } = args;
    if (nodes.length % 2 === 0 || nodes.length > 9) {
      throw new pulumi.ResourceError(
        `nodes must be 1, 3, 5, 7 or 9, got ${nodes.length}; set db.nodes to one of them`,
        this,
        true,
      );
    }

    const { passwords } = new DatabaseCredentials(`${name}-password`, { parent: this });
    const certificates = new NodeCertificates(
      `${name}-tls`,
      { nodes },
      { parent: this, aliases: [{ type: "webstack:index:DatabaseCertificates" }] },
    );
    const groupName = new random.RandomUuid(`${name}-group-name`, {}, { parent: this }).result;
    const state = (node: PlannedDatabase, volume?: pulumi.Input<Volume>) =>
      pulumi.all([groupName, volume]).apply(([group, known]) => bundle(args, node, group, known));
    const servers = tierServers(this, name, {
      nodes,
      server,
      userData: (node) => userData(host, state(node, args.volumeGb ? "pending" : undefined)),
    });
    const volumes = args.volumeGb ? dataVolumes(this, servers, server, args.volumeGb) : [];
    this.hosts = servers.map((each, i) => ({
      server: each,
      bundle: state(nodes[i]!, volumes[i]),
      secrets: {
        [dbSecretPaths.credentials]: pulumi.secret(pulumi.jsonStringify(passwords)),
        [dbSecretPaths.ca]: certificates.caPem,
        [dbSecretPaths.certificate]: certificates.byNode[each.node.name]!.certPem,
        [dbSecretPaths.key]: certificates.byNode[each.node.name]!.keyPem,
      },
    }));
    this.access = { nodes, appPassword: passwords.app, caPem: certificates.caPem };
    this.registerOutputs();
  }
}

type Volume = DbBundleArgs["volume"];

function bundle(
  args: MysqlClusterArgs,
  node: PlannedDatabase,
  groupName: string,
  volume: Volume,
): Bundle {
  const part = dbBundle({
    node: node.name,
    privateIp: node.privateIp,
    serverId: node.mysqlServerId,
    groupName,
    bufferPoolMiB: args.bufferPoolMib,
    nodes: args.nodes.map(({ name, privateIp }) => ({ name, privateIp })),
    ...(volume ? { volume } : {}),
    programs: args.host.programs,
  });
  return hostBundle(node, args.host, part);
}
