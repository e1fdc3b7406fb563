import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { utils } from "ssh2";
import { keyText } from "../../provider/host-key";
import { makeAgeKeys } from "../restore/age-keys";
import type { OperatorTarget, KeyedSftp } from "../restore/operator-store";
import { localPaths, localStateDirectory, sftpPort, storagePort } from "./paths";

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

/** Keys of the local object storage; generated at the first call and kept. */
function storageAccess(): { writer: Pair; keeper: Pair } {
  if (!existsSync(localPaths.storage)) {
    mkdirSync(localStateDirectory, { recursive: true, mode: 0o700 });
    const access = { buckets: [bucket], region, writer: pair("writer"), keeper: pair("keeper") };
    writeFileSync(localPaths.storage, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(localPaths.storage, "utf8")) as { writer: Pair; keeper: Pair };
}

/** Writes the settings with which the local cloud's object storage starts; returns the file. */
export function ensureStorageAccess(): string {
  storageAccess();
  return localPaths.storage;
}

/** Public key of the local stack's backups; the identity is generated at the first call and kept. */
function publicKey(): string {
  if (!existsSync(localPaths.backupsIdentity)) {
    const { identity, recipient } = makeAgeKeys();
    const text = `# public key: ${recipient}\n${identity}\n`;
    writeFileSync(localPaths.backupsIdentity, text, { mode: 0o600 });
  }
  return /# public key: (\S+)/.exec(readFileSync(localPaths.backupsIdentity, "utf8"))![1]!;
}

const kinds = ["s3", "sftp"] as const;
/** Kind of target of the local stack's backups. */
export type LocalTargetKind = (typeof kinds)[number];

/** The wanted target of the local stack's backups. @throws Error for another word. */
export function targetKind(word: string): LocalTargetKind {
  const found = kinds.find((kind) => kind === word);
  if (found) return found;
  throw new Error(`--backups must be s3 or sftp, got ${JSON.stringify(word)}`);
}

/** Chooses the target for the next `up:local` and for all commands; the archive in the other target stays. */
export function chooseTarget(kind: LocalTargetKind): void {
  writeFileSync(localPaths.backupsTarget, `${kind}\n`);
}

function chosenTarget(): LocalTargetKind {
  if (!existsSync(localPaths.backupsTarget)) return "s3";
  return targetKind(readFileSync(localPaths.backupsTarget, "utf8").trim());
}

/** `webstack:backups` of the local stack, without its secret. */
export interface LocalBackups {
  settings: { target: object; publicKey: string };
  /** The secret, and its path below `target`. */
  secret: { path: string[]; value: string };
}

/** `webstack:backups` of the local stack, with the target that was chosen. */
export function localBackups(): LocalBackups {
  if (chosenTarget() === "sftp") {
    const { sftp, privateKey } = sftpOfHosts();
    const secret = { path: ["sftp", "privateKey"], value: privateKey };
    return { settings: { target: { sftp }, publicKey: publicKey() }, secret };
  }
  const { accessKeyId, secretAccessKey } = storageAccess().writer;
  const target = { endpoint: endpointOfHosts, bucket, region, accessKeyId };
  const secret = { path: ["secretAccessKey"], value: secretAccessKey };
  return { settings: { target, publicKey: publicKey() }, secret };
}

/** The target of the local stack's backups as this machine reaches it. */
export function localTarget(): OperatorTarget {
  return reached(chosenTarget());
}

/** The copy of the local stack's backups as this machine reaches it. It is in the other kind of storage than the target. */
export function localCopy(): OperatorTarget {
  return reached(chosenTarget() === "sftp" ? "s3" : "sftp");
}

function reached(kind: LocalTargetKind): OperatorTarget {
  if (kind === "sftp") return localSftp();
  const { accessKeyId, secretAccessKey } = storageAccess().writer;
  const endpoint = `http://127.0.0.1:${storagePort}`;
  return { endpoint, bucket, region, accessKeyId, secretAccessKey };
}

/** The access key of the local object storage that may delete, and nothing else. */
export function localKeeper(): Pair {
  return storageAccess().keeper;
}

/** The SFTP server of the local cloud as its hosts reach it. */
const placeOfHosts = { host: "198.18.2.1", port: 23 };
const user = "backups";
const path = "backups";

/** A private key in PEM form. Node generates it: ssh2 1.17.0 cannot read some of the keys that ssh2 itself generates. */
function privateKey(): string {
  const { privateKey: key } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return key.export({ type: "sec1", format: "pem" }).toString();
}

/** Type and Base64 data of the public half. */
function publicHalf(key: string): string {
  const parsed = utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  return keyText(parsed.getPublicSSH());
}

/** Generates the keys of the local cloud's SFTP server at the first call; returns the file with which the server starts. */
export function ensureFileStorage(): string {
  if (existsSync(localPaths.fileStorage)) return localPaths.fileStorage;
  mkdirSync(localStateDirectory, { recursive: true, mode: 0o700 });
  const own = privateKey();
  writeFileSync(localPaths.backupsKey, own, { mode: 0o600 });
  const access = {
    hostKey: privateKey(),
    accounts: [{ name: user, publicKey: publicHalf(own), readOnly: false }],
  };
  writeFileSync(localPaths.fileStorage, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 });
  return localPaths.fileStorage;
}

function at(place: { host: string; port: number }): KeyedSftp {
  const { hostKey } = JSON.parse(readFileSync(ensureFileStorage(), "utf8")) as { hostKey: string };
  return {
    sftp: { ...place, user, path, hostKey: publicHalf(hostKey) },
    privateKey: readFileSync(localPaths.backupsKey, "utf8"),
  };
}

/** The SFTP server of the local cloud as its hosts reach it, with their key. */
function sftpOfHosts(): KeyedSftp {
  return at(placeOfHosts);
}

/** The same as this machine reaches it. */
function localSftp(): KeyedSftp {
  return at({ host: "127.0.0.1", port: sftpPort });
}
