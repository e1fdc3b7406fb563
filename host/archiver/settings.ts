import { readFileSync } from "node:fs";
import type { S3Target } from "./store/s3";

/** What the program tells the archiver of a node, in `/etc/webstack/archiver.json`. */
export interface Settings {
  /** Name of this node. */
  node: string;
  /** All database nodes, in order. */
  nodes: { name: string; privateIp: string }[];
  /** First part of all keys in the bucket, such as `webstack-dev`. */
  root: string;
  /** Where the bucket is; its secret comes apart. */
  target: Omit<S3Target, "secretAccessKey">;
  /** Recipient of age, such as `age1…`. */
  publicKey: string;
}

/** Reads the settings. @throws Error if they are not there. */
export function readSettings(path = "/etc/webstack/archiver.json"): Settings {
  return JSON.parse(readFileSync(path, "utf8")) as Settings;
}

/** Reads the secret of the bucket, which systemd hands over. @throws Error if it is not there. */
export function readSecret(): string {
  return readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/secret`, "utf8").trim();
}
