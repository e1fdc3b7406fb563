import { readFileSync } from "node:fs";

/** Content of `/etc/webstack/acme.json`. */
export interface Config {
  /** Host names that get a certificate each. */
  domains: string[];
  directory: string;
  email?: string;
  caPem?: string;
  /** Thumbprint of the account's key. */
  thumbprint: string;
  /** Private address of this node, and the port on which both load balancers serve certificates to each other. */
  address: string;
  port: number;
  peer: { name: string; address: string };
  /** Directory of certificates, HAProxy's admin socket, and its map of domains with a certificate. */
  store: string;
  socket: string;
  map: string;
  /** Status file of the mover, which tells whether this node has the address. */
  moverStatus: string;
  /** Path of the status file for operators, and of their requests for new certificates. */
  status: string;
  renewals: string;
  /** URLs of the brokers, which write the records of wildcard domains. @default there is no wildcard */
  brokers?: string[];
}

/** Reads the settings of the ACME client. */
export function readConfig(path: string): Config {
  return JSON.parse(readFileSync(path, "utf8")) as Config;
}

/** Reads a systemd credential of the unit. */
export function credential(name: string): string {
  return readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/${name}`, "utf8").trim();
}

/** Key, certificate and authority for mutual TLS. @param prefix start of the credentials' names, such as `broker-`. */
export function identityOf(prefix: "" | "broker-"): { key: string; cert: string; ca: string } {
  const part = (name: string) => credential(`${prefix}${name}`);
  return { key: part("key"), cert: part("cert"), ca: part("ca") };
}

/** True if this load balancer has the address, as its mover reports. */
export function holdsAddress({ moverStatus }: Pick<Config, "moverStatus">): boolean {
  try {
    return (JSON.parse(readFileSync(moverStatus, "utf8")) as { holds?: boolean }).holds === true;
  } catch {
    return false;
  }
}
