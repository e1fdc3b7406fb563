import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { utils } from "ssh2";
import { keyText } from "../../provider/host-key";
import type { KeyedSftp } from "../restore/desk-store";
import { localPaths, localStateDirectory, sftpPort } from "./paths";

/** The SFTP server of the local cloud as its hosts reach it. */
const placeOfHosts = { host: "198.18.2.1", port: 23 };
const user = "backups";
const path = "backups";

/** A private key in PEM form. Made by Node: ssh2 1.17.0 cannot read some of the keys that it makes. */
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

/** Makes the keys of the local cloud's SFTP server at the first call; returns the file that it is started with. */
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
export function sftpOfHosts(): KeyedSftp {
  return at(placeOfHosts);
}

/** The same as this machine reaches it. */
export function localSftp(): KeyedSftp {
  return at({ host: "127.0.0.1", port: sftpPort });
}
