import { readFileSync } from "node:fs";

/** What `/etc/webstack/acme.json` holds. */
export interface Config {
  /** Host names that get a certificate each. */
  domains: string[];
  directory: string;
  email?: string;
  caPem?: string;
  /** Thumbprint of the account's key. */
  thumbprint: string;
  /** Own address in the private network, and the port on which both load balancers give certificates. */
  address: string;
  port: number;
  peer: { name: string; address: string };
  /** Own folder, HAProxy's socket, and its name for the map of names with a certificate. */
  store: string;
  socket: string;
  map: string;
  /** What the mover says: whether this node has the address. */
  moverStatus: string;
  /** What an operator is told. */
  status: string;
}

/** The settings of the ACME client. */
export function readConfig(path: string): Config {
  return JSON.parse(readFileSync(path, "utf8")) as Config;
}
