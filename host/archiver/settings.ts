import { readFileSync } from "node:fs";
import type { ObjectStore } from "./store/object-store";
import { openStore, type StoreTarget } from "./store/open-store";

/** Settings of a node's archiver, from the Pulumi program, in `/etc/webstack/archiver.json`. */
export interface Settings {
  /** Name of this node. */
  node: string;
  /** All database nodes, in order. */
  nodes: { name: string; privateIp: string }[];
  /** Prefix of all object keys, such as `webstack-dev`. */
  root: string;
  /** The target without its secret, which is a systemd credential. */
  target: StoreTarget;
  /** Recipient of age, such as `age1…`. */
  publicKey: string;
  /** Day of the week with whose first base a dump is taken, such as `sunday`, in UTC; `off`: only on request. */
  dumpOn: string;
}

/** Reads the settings. @throws Error if the file is missing. */
export function readSettings(path = "/etc/webstack/archiver.json"): Settings {
  return JSON.parse(readFileSync(path, "utf8")) as Settings;
}

/**
 * Opens the target, with the secret from systemd's credentials.
 *
 * @throws Error if the secret of a bucket is missing.
 */
export function targetStore({ target }: Pick<Settings, "target">): ObjectStore {
  const secret = `${process.env.CREDENTIALS_DIRECTORY}/secret`;
  const known = process.env.WEBSTACK_ARCHIVER_KNOWN_HOSTS ?? "/etc/webstack/archiver-known-hosts";
  return openStore(target, { secret, knownHosts: known }, (path) => readFileSync(path, "utf8"));
}
