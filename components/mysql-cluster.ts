import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { archiver, type ArchiverFacts, type BackupFacts } from "../services/archiver/service";
import { everyNode, type NodeFacts, type NodeServices } from "../services/node-bundle";
import type { DataVolume } from "../services/mysql/data-volume";
import { mysql, type MysqlFacts } from "../services/mysql/service";
import { credentialsPath, supervisor, type SupervisorFacts } from "../services/supervisor/service";
import type { Peer, PlannedDatabase, PlannedNode } from "../topology";
import { DatabaseCredentials } from "./database-credentials";
import { cloudLabels, cloudName, numericId } from "../resources/naming";
import { NodeCertificates } from "./node-certificates";
import type { Server } from "./server";
import { type ConfiguredHost, Tier, type TierArgs } from "./tier";

/** Arguments of {@link MysqlCluster}. Nodes: one, or an odd number up to nine. */
export interface MysqlClusterArgs extends TierArgs<PlannedDatabase> {
  /** Size of each MySQL's buffer pool, MiB. */
  bufferPoolMib: number;
  /** Size of each node's data volume, GB. @default the data is on the server's own disk */
  volumeGb?: number | undefined;
  /** Whether the volume of a node may be deleted or replaced although the servers are protected. @default none may */
  volumeMayGo?: ((node: string) => boolean) | undefined;
  /** Whether the volume of a node is replaced where its server is in another location. @default none is */
  volumeMayMove?: ((node: string) => boolean) | undefined;
  /** Resource that must exist before a volume is changed. @default none */
  volumesAfter?: pulumi.Resource | undefined;
  /** False if the supervisor does not speed up MySQL's group communication (XCom). @default true */
  xcomHelp?: boolean | undefined;
  /** Version of the passwords of the database users, from 1. @default 1 */
  passwordVersion?: number | undefined;
  /** Target of the backups, with the secret of the bucket or the private key for the SFTP server. @default no backups */
  backups?: (BackupFacts & { secret: pulumi.Input<string> }) | undefined;
}

/** What an app needs to use the databases. */
export interface DatabaseAccess {
  /** Database nodes in order; role checks find the primary at run time. */
  nodes: readonly Peer[];
  /** Password of the user `app`; a secret. */
  appPassword: pulumi.Output<string>;
  /** CA certificate of the nodes' certificates, in PEM form. */
  caPem: pulumi.Output<string>;
}

type Own = Omit<MysqlFacts & SupervisorFacts & ArchiverFacts, keyof NodeFacts>;

/** MySQL Group Replication with a single primary; a supervisor on each host repairs the group. */
export class MysqlCluster extends Tier<PlannedDatabase, Own> {
  /** Path of the JSON file with the passwords that the databases accept, by user, the present one first. */
  static readonly passwordsPath = credentialsPath;
  /** Services of each node, in the order of their start. */
  static readonly services: NodeServices<NodeFacts & Own> = {
    system: everyNode("lb"),
    tier: [mysql, supervisor],
  };

  /** Services of each node, with the archiver if there are backups. */
  static servicesWith(backups: BackupFacts | undefined): NodeServices<NodeFacts & Own> {
    const { system, tier } = MysqlCluster.services;
    if (!backups) return MysqlCluster.services;
    return { system, tier: [...tier, archiver(backups.target)] };
  }

  /** The servers with their configurations. */
  readonly hosts: ConfiguredHost[];
  /** What an app needs to use the databases. */
  readonly access: DatabaseAccess;

  /** @throws pulumi.ResourceError if the number of nodes cannot form a majority. */
  constructor(name: string, args: MysqlClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:MysqlCluster", name, {}, opts);
    const { nodes } = args;
    if (nodes.length % 2 === 0 || nodes.length > 9) {
      throw new pulumi.ResourceError(
        `nodes must be 1, 3, 5, 7 or 9, got ${nodes.length}; set db.nodes to one of them`,
        this,
        true,
      );
    }

    const { passwords } = new DatabaseCredentials(
      `${name}-password`,
      { version: args.passwordVersion ?? 1 },
      { parent: this },
    );
    const { caPem, byNode } = new NodeCertificates(
      `${name}-tls`,
      { nodes },
      { parent: this, aliases: [{ type: "webstack:index:DatabaseCertificates" }] },
    );
    const groupName = new random.RandomUuid(`${name}-group-name`, {}, { parent: this }).result;
    const known = (node: PlannedDatabase, volume?: pulumi.Input<MysqlFacts["volume"]>) =>
      pulumi.all([groupName, volume]).apply(([group, data]) => facts(args, node, group, data));
    const services = MysqlCluster.servicesWith(args.backups);
    const pending = args.volumeGb ? "pending" : undefined;
    const servers = this.createServers(name, args, services, (node) => known(node, pending));
    const volumes = args.volumeGb ? dataVolumes(this, servers, args, args.volumeGb) : [];
    this.hosts = this.configured(
      servers,
      args,
      services,
      (node, i) => known(node, volumes[i]),
      (node) => ({
        databasePasswords: pulumi.secret(pulumi.jsonStringify(passwords)),
        databaseCa: caPem,
        databaseCertificate: byNode[node.name]!.certPem,
        databaseKey: byNode[node.name]!.keyPem,
        ...(args.backups ? { backupSecret: args.backups.secret } : {}),
      }),
    );
    this.access = { nodes, appPassword: passwords.app[0]!, caPem };
    this.registerOutputs();
  }
}

function facts(
  { nodes, bufferPoolMib, xcomHelp, backups }: MysqlClusterArgs,
  { mysqlServerId }: PlannedDatabase,
  groupName: string,
  volume: MysqlFacts["volume"],
): Own {
  const own = { nodes, bufferPoolMib, xcomHelp, mysqlServerId, groupName, volume };
  if (!backups) return own;
  const { root, target, publicKey, baseAt, dumpOn } = backups;
  return { ...own, backups: { root, target, publicKey, baseAt, dumpOn } };
}

/**
 * Creates a volume for each server, in that server's location, and attaches it. A replacement server gets the volume of
 * its predecessor: the attachment is replaced, the volume stays, unless the new server is in another location, to which
 * the volume may move. The ids come from the attachments, so that a resource that depends on an id finds the volume
 * attached.
 */
function dataVolumes(
  parent: pulumi.ComponentResource,
  servers: readonly Server[],
  { server, volumeMayGo, volumeMayMove, volumesAfter }: MysqlClusterArgs,
  sizeGb: number,
): pulumi.Output<DataVolume>[] {
  const { identity } = server;
  return servers.map(({ node, serverId, joined, location }) => {
    const protect = server.protect && !volumeMayGo?.(node.name);
    const mayMove = volumeMayMove?.(node.name) === true;
    if (!mayMove) warnOfAnotherPlace(parent, node, location, server.locationOf?.(node));
    const volume = new hcloud.Volume(
      `${node.name}-volume`,
      {
        name: cloudName(identity, node.name),
        size: sizeGb,
        location,
        format: "ext4",
        labels: cloudLabels(identity, { role: node.role, node: node.name }),
        deleteProtection: protect,
      },
      {
        parent,
        protect,
        dependsOn: volumesAfter ?? [],
        // The API attaches no volume to a server in another location, and the data would be lost for nothing.
        ignoreChanges: mayMove ? [] : ["location"],
      },
    );
    const { volumeId } = new hcloud.VolumeAttachment(
      `${node.name}-volume-attachment`,
      { volumeId: numericId(volume), serverId, automount: false },
      // A volume is attached to one server at a time.
      { parent, deleteBeforeReplace: true, dependsOn: joined },
    );
    return pulumi.output({ id: volumeId, sizeGb: volume.size });
  });
}

/** Warns if a new server of a node would be made away from the node's volume. */
function warnOfAnotherPlace(
  resource: pulumi.Resource,
  node: PlannedNode,
  location: pulumi.Output<string>,
  next: pulumi.Input<string> = node.location,
): void {
  pulumi.all([location, next]).apply(([now, then]) => {
    if (now === then) return;
    const { name } = node;
    const text =
      `${name} and its volume are in ${now}, and its next server would be made in ${then}, without the volume. ` +
      `Add "replace ${name} until <YYYY-MM-DD>" to webstack:consent, and either replace the server with an empty ` +
      `volume there (npm run roll -- ${name}), or list locations so that ${name} is in ${now} and run \`pulumi up\``;
    void pulumi.log.warn(text, resource);
  });
}
