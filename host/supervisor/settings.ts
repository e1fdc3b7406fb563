import { readFileSync } from "node:fs";
import type { Passwords } from "./actions/users";
import type { PeerCredentials } from "./wire/peer-tls";
import type { HelpPiece } from "./xcom/help-pieces";

/** What the program tells the supervisor of a node, in `/etc/webstack/supervisor.json`. */
export interface Settings {
  /** Name of this node. */
  node: string;
  /** Its private IPv4 address. */
  privateIp: string;
  /** All database nodes, in order. */
  nodes: { name: string; privateIp: string }[];
  /** Pieces of the help for XCom that are to be used. @default all */
  xcomHelp?: readonly HelpPiece[];
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** Reads the settings. @throws Error if they are not there. */
export function readSettings(): Settings {
  return read("/etc/webstack/supervisor.json");
}

/** Reads the passwords, which systemd hands over. @throws Error if they are not there. */
export function readPasswords(): Passwords {
  return read(`${process.env.CREDENTIALS_DIRECTORY}/passwords`);
}

/** Reads the certificate that peers know this node by. @throws Error if systemd did not hand it over. */
export function readPeerCredentials(): PeerCredentials {
  const read = (name: string) =>
    readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/${name}`, "utf8");
  return { ca: read("ca"), cert: read("cert"), key: read("key") };
}
