import type { Bundle, BundleCheck, BundleRelease, BundleService } from "../services/bundle";

/** Beginning of the warning of a refresh that could not read a host. */
export const notRead = "not read, kept as recorded: ";

/** SSH connection to a host, as the provider receives it; fields as in `ConfigurationArgs`. */
export interface ConnectionInputs {
  host: string;
  port?: number;
  user: string;
  /** Login name on the bastions. @default `user` */
  jumpUser?: string;
  privateKey: string;
  /** Earlier private key, tried after `privateKey`; absent: none. */
  formerPrivateKey?: string;
  bastions: string[];
  /** Key with which the host proves its host key at the first contact; absent: the first key is trusted. */
  firstContactKey?: string;
  connectTimeoutSeconds?: number;
}

/** A host of a tier, and its address as the last bastion reaches it. */
export interface TierHost {
  node: string;
  host: string;
}

/** A host of the stack, and the route to it. */
export interface RoutedHost {
  node: string;
  /** Address, as the last bastion reaches it. */
  host: string;
  /** @default 22 */
  port?: number;
  /** Addresses of the bastions, tried in order; empty: a direct connection. */
  bastions: string[];
}

/** Inputs of a configuration, as the provider receives them; fields as in `ConfigurationArgs`. */
export interface Inputs {
  connection: ConnectionInputs;
  node: string;
  role: string;
  packages: string[];
  users: { name: string; home: string }[];
  directories: Record<string, string>;
  files: Record<string, string>;
  attributes: Record<string, string>;
  checks: BundleCheck[];
  loginFiles?: string[];
  services: BundleService[];
  secrets: Record<string, string>;
  release?: PushedRelease;
  /** All hosts of the tier, in the order of their configuration; absent: the host counts as the only one. */
  tier?: TierHost[];
  /** Of the host that is configured last: all hosts, on which a former login name ends with this configuration. */
  everyHost?: RoutedHost[];
}

/** Inputs, and the values that the provider adds. */
export interface State extends Inputs {
  /** Host key, type and Base64 data. */
  hostKey: string;
  /**
   * Why the host was passed over, and what was not changed there; all other values are then those that the host had
   * before. Absent: the host has these values.
   */
  unreached?: string;
}

/** The inputs within a state. */
export function inputsOf({ hostKey: _, unreached: __, ...inputs }: State): Inputs {
  return inputs;
}

function parseAttributes(text = "root:root 0644") {
  const [, owner = "root", group = "root", mode = "0644"] = /^(\S+):(\S+) (\d+)$/.exec(text) ?? [];
  return { owner, group, mode };
}

function mapped<T, U>(map: Record<string, T>, change: (value: T, key: string) => U) {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** A release with the local paths of the pushed files. */
export interface PushedRelease extends BundleRelease {
  /** Archive of the release. @default the host downloads it */
  archive?: string;
  /** Archive of the release's runtime. @default the release uses the distribution's programs */
  runtimeArchive?: string;
}

function withoutArchive({ archive: _, runtimeArchive: __, ...release }: PushedRelease) {
  return release;
}

/**
 * Standard input of converge: bundle and secrets, as one JSON text.
 *
 * @param confirmation name under which the provider confirms a change of login files.
 */
export function convergeInput(inputs: Inputs, confirmation?: string): string {
  return JSON.stringify({ bundle: bundleOf(inputs), secrets: inputs.secrets, confirmation });
}

/** The bundle of a host, as converge reads it; without secrets. */
export function bundleOf(inputs: Omit<Inputs, "connection" | "secrets">): Bundle {
  const { attributes, files, release } = inputs;
  const secretPaths = Object.keys(attributes).filter((path) => !(path in files));
  return {
    node: inputs.node,
    role: inputs.role as Bundle["role"],
    packages: inputs.packages,
    users: inputs.users,
    directories: mapped(inputs.directories, (text) => parseAttributes(text)),
    files: mapped(files, (content, path) => ({ content, ...parseAttributes(attributes[path]) })),
    secretFiles: Object.fromEntries(
      secretPaths.map((path) => [path, parseAttributes(attributes[path])]),
    ),
    checks: inputs.checks,
    loginFiles: inputs.loginFiles,
    services: inputs.services,
    ...(release ? { release: withoutArchive(release) } : {}),
  };
}
