import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeAgeKeys } from "../restore/age-keys";
import { localPaths, localStateDirectory, storagePort } from "./paths";

/** The object storage of the local cloud as its hosts reach it. */
const endpointOfHosts = "http://198.18.2.1:9000";
const bucket = "backups";
const region = "local";

interface Pair {
  accessKeyId: string;
  secretAccessKey: string;
}

function pair(who: string): Pair {
  return { accessKeyId: `local-${who}`, secretAccessKey: randomBytes(20).toString("hex") };
}

/** Keys of the local object storage; made at the first call and kept. */
function storageAccess(): { writer: Pair; keeper: Pair } {
  if (!existsSync(localPaths.storage)) {
    mkdirSync(localStateDirectory, { recursive: true, mode: 0o700 });
    const access = { buckets: [bucket], region, writer: pair("writer"), keeper: pair("keeper") };
    writeFileSync(localPaths.storage, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(localPaths.storage, "utf8")) as { writer: Pair; keeper: Pair };
}

/** Makes what the local cloud's object storage is started with; returns the file. */
export function ensureStorageAccess(): string {
  storageAccess();
  return localPaths.storage;
}

/** Public key of the local stack's backups; the identity is made at the first call and kept. */
function publicKey(): string {
  if (!existsSync(localPaths.backupsIdentity)) {
    const { identity, recipient } = makeAgeKeys();
    const text = `# public key: ${recipient}\n${identity}\n`;
    writeFileSync(localPaths.backupsIdentity, text, { mode: 0o600 });
  }
  return /# public key: (\S+)/.exec(readFileSync(localPaths.backupsIdentity, "utf8"))![1]!;
}

/** `webstack:backups` of the local stack, its secret apart. */
export function localBackups(): { settings: object; secret: string } {
  const { accessKeyId, secretAccessKey } = storageAccess().writer;
  const target = { endpoint: endpointOfHosts, bucket, region, accessKeyId };
  return { settings: { target, publicKey: publicKey() }, secret: secretAccessKey };
}

/** The bucket of the local stack as this machine reaches it. */
export function localBucket() {
  const { accessKeyId, secretAccessKey } = storageAccess().writer;
  const endpoint = `http://127.0.0.1:${storagePort}`;
  return { endpoint, bucket, region, accessKeyId, secretAccessKey };
}

/** The access key of the local object storage that deletes, and does nothing else. */
export function localKeeper(): Pair {
  return storageAccess().keeper;
}
