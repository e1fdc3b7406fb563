import type { Peer } from "../../topology";
import { programFiles, programPath, rootFile } from "../bundle";
import { initSqlPath } from "../mysql/my-cnf";
import { generatedNotice, text } from "../text";
import { rootOnly, type Service, type ServicePart } from "../service";
import { checksPort } from "../supervisor/supervisor-ports";
import { archiverUser, archiverPath, archiverUnit } from "./archiver";
import {
  basePaths,
  baseTimer,
  baseUnit,
  copyUnit,
  leftCopyPath,
  leftCopyRule,
  requestedUnit,
  requestUnits,
} from "./base-units";

/** Target of backups without its secret, which is a secret file: a bucket, or a folder on an SFTP server. */
export type BackupTargetFacts =
  | { endpoint: string; bucket: string; region: string; accessKeyId: string }
  | {
      sftp: {
        host: string;
        port: number;
        user: string;
        path: string;
        /** Type and Base64 data. */
        hostKey: string;
      };
    };

/** Target and encryption of the backups. */
export interface BackupFacts {
  /** Prefix of all object keys, such as `webstack-dev`. */
  root: string;
  target: BackupTargetFacts;
  /** Recipient of age: the host that encrypts cannot decrypt. */
  publicKey: string;
  /** Time of the day in UTC at which a base is taken, such as `03:15`. */
  baseAt: string;
  /** Day of the week with whose first base a dump is taken, such as `sunday`, in UTC; `off`: only on request. */
  dumpOn: string;
}

/** Facts about a database node that the archiver's part depends on. */
export interface ArchiverFacts {
  /** Node name. */
  node: string;
  /** All database nodes, in order. */
  nodes: readonly Peer[];
  /** @default there are no backups */
  backups?: BackupFacts | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** File with the secret of the bucket, or with the private key for the SFTP server. */
export const archiverSecretPath = "/etc/webstack/archiver-secret";
const configPath = "/etc/webstack/archiver.json";
/** The same path as in `host/archiver/settings.ts`. */
const knownHostsPath = "/etc/webstack/archiver-known-hosts";
const basePrograms = ["base-copy", "base-clean", "base-upload"];

/** The archiver, which uploads the binary log and copies of all data to a bucket or an SFTP server. */
export function archiver(target: BackupTargetFacts): Service<ArchiverFacts> {
  return {
    name: "archiver",
    openings: [],
    callsOut: [{ user: archiverUser, port: portOf(target) }],
    secrets: { [archiverSecretPath]: { ...rootOnly, secret: "backupSecret" } },
    part: archiverPart,
  };
}

function portOf(target: BackupTargetFacts): number {
  if ("sftp" in target) return target.sftp.port;
  const { port, protocol } = new URL(target.endpoint);
  return port === "" ? { "https:": 443, "http:": 80 }[protocol]! : Number(port);
}

function archiverPart({ node, nodes, backups, programs }: ArchiverFacts): ServicePart {
  if (!backups)
    throw new Error("facts.backups must be set on a node with the archiver, got undefined");
  const { root, target, publicKey, baseAt, dumpOn } = backups;
  // Only these fields: a change of other fields must not restart the archiver.
  const members = nodes.map((each) => ({ name: each.name, privateIp: each.privateIp }));
  const own = members.find(({ name }) => name === node);
  if (!own) throw new Error(`facts.nodes must have the node ${node}, got no node of that name`);
  // The call stays on this host, so it needs no opening.
  const confirm = `http://${own.privateIp}:${checksPort}`;
  const place = { target: placeOf(target), publicKey, dumpOn };
  const config = { node, nodes: members, root, ...place, confirm };
  const { copy, base, timer, request, requested } = basePaths;
  return {
    packages: ["age", "zstd", ...("sftp" in target ? ["openssh-client"] : [])],
    users: [{ name: archiverUser, home: "/nonexistent" }],
    // The group mysql, to which the upload unit belongs, reads the copy.
    directories: { "/var/lib/mysql-files": { owner: "mysql", group: "mysql", mode: "0750" } },
    files: {
      ...programFiles(programs, "archiver", ...basePrograms),
      [configPath]: rootFile(`${JSON.stringify(config, null, 2)}\n`),
      ...("sftp" in target ? { [knownHostsPath]: rootFile(knownHosts(target.sftp.hostKey)) } : {}),
      [archiverPath]: rootFile(archiverUnit(archiverSecretPath)),
      [copy]: rootFile(copyUnit()),
      [base]: rootFile(baseUnit(archiverSecretPath)),
      [timer]: rootFile(baseTimer(baseAt)),
      [request]: rootFile(requestUnits()),
      [requested]: rootFile(requestedUnit()),
      [leftCopyPath]: rootFile(leftCopyRule()),
    },
    unitFiles: { own: [archiverPath, ...Object.values(basePaths)] },
    services: [
      {
        unit: "webstack-archiver.service",
        reloadFiles: [],
        restartFiles: [
          programPath("archiver"),
          configPath,
          archiverPath,
          archiverSecretPath,
          initSqlPath,
        ],
        needs: [archiverSecretPath],
      },
      {
        unit: "webstack-base.timer",
        reloadFiles: [],
        restartFiles: [timer, ...basePrograms.map(programPath), copy, base, leftCopyPath],
        needs: [archiverSecretPath],
      },
      {
        unit: "webstack-base.path",
        reloadFiles: [],
        restartFiles: [request, requested],
        needs: [archiverSecretPath],
      },
    ],
  };
}

/** The target by its known fields: further ones, such as a secret, do not get into the file. */
function placeOf(target: BackupTargetFacts): BackupTargetFacts {
  if ("sftp" in target) {
    const { host, port, user, path, hostKey } = target.sftp;
    return { sftp: { host, port, user, path, hostKey } };
  }
  const { endpoint, bucket, region, accessKeyId } = target;
  return { endpoint, bucket, region, accessKeyId };
}

/** The key that the SFTP server must have; the archiver calls the server by this name, whatever its address. */
function knownHosts(hostKey: string): string {
  return text`
    ${generatedNotice}
    webstack-backups ${hostKey.split(" ").slice(0, 2).join(" ")}
  `;
}
