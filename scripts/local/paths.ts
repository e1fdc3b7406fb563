import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

/** Name of the stack on the local cloud; its settings are in `Pulumi.local.yaml`. */
export const localStackName = "local";

/** Absolute path of the checkout. */
export const repositoryRoot = resolve(__dirname, "..", "..");

/**
 * Name of the Pulumi project of a checkout: the label `project` of all its resources in the cloud. `pulumi new` lets its
 * user choose the name.
 *
 * @param directory with `Pulumi.yaml`; without the file the name is that of this repository.
 */
export function projectName(directory = repositoryRoot): string {
  const file = join(directory, "Pulumi.yaml");
  if (!existsSync(file)) return "webstack";
  return String((parse(readFileSync(file, "utf8")) as { name: unknown }).name);
}

/** Directory of everything that `up:local` keeps between two runs; `down:local` removes it. */
export const localStateDirectory = join(repositoryRoot, ".webstack", "local");

/** Files and folders below {@link localStateDirectory}. */
export const localPaths = {
  /** State of the local cloud: servers, networks, addresses, volumes. */
  cloud: join(localStateDirectory, "cloud"),
  /** Output of the local cloud's process. */
  cloudLog: join(localStateDirectory, "cloud.log"),
  /** API tokens of the local cloud, one a line, mode 0600. */
  tokens: join(localStateDirectory, "tokens"),
  /** Buckets and keys of the local cloud's object storage, mode 0600. */
  storage: join(localStateDirectory, "storage.json"),
  /** Key and accounts of the local cloud's SFTP server, mode 0600. */
  fileStorage: join(localStateDirectory, "file-storage.json"),
  /** Private key of the local stack for that server, mode 0600. */
  backupsKey: join(localStateDirectory, "backups-key"),
  /** Kind of target of the local stack's backups: `s3` or `sftp`; absent: `s3`. */
  backupsTarget: join(localStateDirectory, "backups-target"),
  /** Identity that opens the backups of the local stack, mode 0600. */
  backupsIdentity: join(localStateDirectory, "backups-identity.txt"),
  /** Certificate authority of the local cloud: keys, settings, root, log. */
  authority: join(localStateDirectory, "authority"),
  /** Pulumi project that the engine sees: a copy of the settings with absolute paths. */
  project: join(localStateDirectory, "project"),
  /** Pulumi state in files. */
  backend: join(localStateDirectory, "backend"),
  /** Passphrase of the stack's secrets, mode 0600. */
  passphrase: join(localStateDirectory, "passphrase"),
  /** Private key for `ssh:local`, mode 0600. */
  sshKey: join(localStateDirectory, "id_ed25519"),
  /** Host keys that the last `up:local` pinned. */
  pinnedHosts: join(localStateDirectory, "pinned_hosts"),
  /** Host keys seen by `ssh:local`, of nodes without a pinned one. */
  knownHosts: join(localStateDirectory, "known_hosts"),
  /** Process id of the forwarder from localhost. */
  forwarderPid: join(localStateDirectory, "forwarder.pid"),
  /** Process id of the running `up:local` or `down:local`. */
  lock: join(localStateDirectory, "lock"),
  /** Process id of the running drill or benchmark. */
  drillLock: join(localStateDirectory, "drill.lock"),
  /** Outputs of the last successful `up:local`. */
  outputs: join(localStateDirectory, "outputs.json"),
};

/** This machine as hosts of the local cloud see it. */
export const addressInLocalCloud = "198.18.1.1";

/** TCP port on 127.0.0.1 where the local cloud's API listens. */
export const cloudPort = Number(process.env.WEBSTACK_CLOUD_PORT ?? 8480);

/** TCP port on 127.0.0.1 where faults are injected into the local cloud. */
export const controlPort = Number(process.env.WEBSTACK_CONTROL_PORT ?? 8481);

/** TCP port on 127.0.0.1 where the local cloud's object storage listens. */
export const storagePort = Number(process.env.WEBSTACK_STORAGE_PORT ?? 8482);

/** TCP port on 127.0.0.1 where the local cloud's SFTP server listens. */
export const sftpPort = Number(process.env.WEBSTACK_SFTP_PORT ?? 8483);

/** TCP port on 127.0.0.1 that forwards to the stack's public address, for a browser. */
export const browserPort = Number(process.env.WEBSTACK_BROWSER_PORT ?? 8080);
