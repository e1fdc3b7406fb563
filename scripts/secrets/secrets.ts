import { secretSignature, signatureKey } from "../../plugin/values";
import { isPublicPem } from "./pem";
import type { Pattern } from "./matcher";
import { minBytes, variants } from "./variants";
import { allowedEnvironments, allowedOnHosts, ownSecretsOfHosts } from "./allowed";
import type { ScanOrder } from "./scan/result";

/** A secret value and its origin. */
export interface Secret {
  /** Such as the URN of a resource and the property. */
  origin: string;
  value: string;
}

/** Parses JSON with secrets. @throws Error without the text, which the error of `JSON.parse` would quote. */
export function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} must be JSON, got something else; it is not shown`);
  }
}

/**
 * Secrets in a decrypted part of the state: each string below a mark, with its path. A secret value may contain others,
 * each with its own mark.
 */
function marked(value: unknown, path: string, isSecret = false): Secret[] {
  if (typeof value === "string") return isSecret ? [{ origin: path, value }] : [];
  if (value === null || typeof value !== "object") return [];
  const { [signatureKey]: kind, plaintext } = value as Record<string, unknown>;
  if (kind === secretSignature) {
    return typeof plaintext === "string" ? marked(parsed(plaintext, path), path, true) : [];
  }
  const entries: [string, unknown][] = Object.entries(value);
  const step = (key: string) => (/^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);
  return entries.flatMap(([key, one]) => marked(one, `${path}${step(key)}`, isSecret));
}

/**
 * Properties that are no secret after the first contact: a key that proves a host key once, and the user data with that
 * key. The secret from which the keys are derived is searched like any other.
 */
const ofFirstContact = /\.(firstContactKey|userData)$/;

/** The resources of an export or of a checkpoint file. */
export function resourcesOf(state: unknown): { urn: string; [key: string]: unknown }[] {
  const { deployment, checkpoint } = state as {
    deployment?: { resources?: [] };
    checkpoint?: { latest?: { resources?: [] } };
  };
  return deployment?.resources ?? checkpoint?.latest?.resources ?? [];
}

/**
 * The values that the engine marks as secret, in an export with `--show-secrets`; in an export without it, those that
 * are not encrypted.
 */
export function secretsOfState(state: unknown): Secret[] {
  return resourcesOf(state)
    .flatMap(({ urn, inputs, outputs }) => [
      ...marked(outputs, `${urn} outputs`),
      ...marked(inputs, `${urn} inputs`),
    ])
    .filter(({ origin }) => !ofFirstContact.test(origin));
}

/** The encrypted settings of a stack file, decrypted by the engine. */
export function secretsOfSettings(
  file: unknown,
  values: Readonly<Record<string, string>>,
  name: string,
): Secret[] {
  const closed = (value: unknown, path: string[]): string[][] => {
    if (value === null || typeof value !== "object") return [];
    if (typeof (value as { secure?: unknown }).secure === "string") return [path];
    return Object.entries(value).flatMap(([key, one]) => closed(one, [...path, key]));
  };
  const config = (file as { config?: unknown } | null)?.config;
  return closed(config, []).flatMap(([key, ...rest]) => {
    const text = values[key!];
    if (text === undefined) return [];
    const whole: unknown = rest.length === 0 ? text : parsed(text, key!);
    const value = rest.reduce<unknown>(
      (at, step) => (at as Record<string, unknown>)?.[step],
      whole,
    );
    const origin = [`${name} ${key!}`, ...rest].join(".");
    return typeof value === "string" ? [{ origin, value }] : [];
  });
}

/** Patterns of the search, and values that are left out. */
export interface Searched {
  /** Origin and length by number; the first origin of each value. */
  secrets: { origin: string; bytes: number }[];
  patterns: Pattern[];
  /** Origins of values that are too short. */
  short: string[];
  /** Number of values that are certificates and public keys alone. */
  open: number;
}

/** Each value once, in all its forms. */
export function searched(all: readonly Secret[]): Searched {
  const known = new Set<string>();
  const taken = new Set<string>();
  const result: Searched = { secrets: [], patterns: [], short: [], open: 0 };
  for (const { origin, value } of all) {
    const text = value.trim();
    if (text === "" || known.has(text)) continue;
    known.add(text);
    const bytes = Buffer.byteLength(text);
    if (isPublicPem(text)) result.open += 1;
    else if (bytes < minBytes) result.short.push(origin);
    else {
      const secret = result.secrets.length;
      result.secrets.push({ origin, bytes });
      for (const variant of variants(text)) {
        const key = variant.bytes.toString("latin1");
        if (!taken.has(key)) result.patterns.push({ ...variant, secret });
        taken.add(key);
      }
    }
  }
  return result;
}

/** Folders of a host that are searched: all but the distribution's programs. */
const roots = [
  ...["/etc", "/run", "/var", "/srv", "/tmp", "/home", "/root", "/opt", "/usr/local"],
  ...["/dev/shm", "/boot"],
];

/** Folders that are not searched: kernel file systems, and data of other machines on the same kernel. */
const skip = ["/run/udev", "/var/lib/docker", "/var/lib/containerd", "/var/lib/lxcfs"];

/** URLs of the server's metadata. https://docs.hetzner.cloud/reference/cloud#server-metadata */
export const metadata = ["metadata", "userdata"].map(
  (name) => `http://169.254.169.254/hetzner/v1/${name}`,
);

/** The order for a host: patterns, and where to search. */
export function hostOrder({ patterns, secrets }: Searched): ScanOrder {
  return {
    patterns: patterns.map(({ bytes, secret, form }) => [bytes.toString("base64"), secret, form]),
    secrets: secrets.length,
    files: allowedOnHosts,
    environments: allowedEnvironments,
    own: ownSecretsOfHosts,
    roots,
    skip,
    proc: "/proc",
    commands: [
      { place: "unit", words: ["systemctl", "show", "--no-pager", "*"] },
      { place: "unit", words: ["systemctl", "show-environment"] },
      { place: "journal", words: ["journalctl", "--no-pager", "--all", "-o", "export"] },
    ],
    metadata,
  };
}
