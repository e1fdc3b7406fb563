import { readFileSync } from "node:fs";
import type { Passwords } from "./core/passwords";
import type { PeerCredentials } from "./wire/peer-tls";
import type { HelpPiece } from "./xcom/help";

/** Settings of a node's supervisor, from the Pulumi program, in `/etc/webstack/supervisor.json`. */
export interface Settings {
  /** Name of this node. */
  node: string;
  /** Private IPv4 address of this node. */
  privateIp: string;
  /** All database nodes, in order. */
  nodes: { name: string; privateIp: string }[];
  /** True if an archiver runs on the node. @default false */
  backups?: boolean;
  /** Pieces of the XCom help that are enabled. @default all */
  xcomHelp?: readonly HelpPiece[];
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** Reads the settings. @throws Error if the file is missing. */
export function readSettings(): Settings {
  return read("/etc/webstack/supervisor.json");
}

/** Reads the passwords from systemd's credentials. @throws Error if they are missing. */
export function readPasswords(): Passwords {
  return read(`${process.env.CREDENTIALS_DIRECTORY}/passwords`);
}

/** Reads this node's certificate for its peers from systemd's credentials. @throws Error if it is missing. */
export function readPeerCredentials(): PeerCredentials {
  const read = (name: string) =>
    readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/${name}`, "utf8");
  return { ca: read("ca"), cert: read("cert"), key: read("key") };
}
