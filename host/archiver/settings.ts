import { readFileSync } from "node:fs";
import type { S3Target } from "./store/s3";

/** Settings of a node's archiver, from the Pulumi program, in `/etc/webstack/archiver.json`. */
export interface Settings {
  /** Name of this node. */
  node: string;
  /** All database nodes, in order. */
  nodes: { name: string; privateIp: string }[];
  /** Prefix of all object keys, such as `webstack-dev`. */
  root: string;
  /** The bucket without its secret, which is a systemd credential. */
  target: Omit<S3Target, "secretAccessKey">;
  /** Recipient of age, such as `age1…`. */
  publicKey: string;
}

/** Reads the settings. @throws Error if the file is missing. */
export function readSettings(path = "/etc/webstack/archiver.json"): Settings {
  return JSON.parse(readFileSync(path, "utf8")) as Settings;
}

/** Reads the bucket's secret from systemd's credentials. @throws Error if it is missing. */
export function readSecret(): string {
  return readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/secret`, "utf8").trim();
}
