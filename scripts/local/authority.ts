import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { parse } from "yaml";
import { namesIn } from "../../config/short-settings";
import { cloudNames, worldAddress } from "../../localcloud/machines/names";
import { saveAddresses } from "../../localcloud/names/published";
import { waitUntil } from "../../rolling/wait-until";
import { localPaths, repositoryRoot } from "./paths";
import { ensurePrerequisites } from "./prerequisites";
import { livePid, stopByPidFile } from "./processes";

/** Addresses of the local cloud's certificate authority. */
const authorityPorts = { api: 14_000, management: 15_000 } as const;

/** Files of the authority. */
export const authorityFiles = {
  cert: join(localPaths.authority, "cert.pem"),
  key: join(localPaths.authority, "key.pem"),
  settings: join(localPaths.authority, "pebble.json"),
  root: join(localPaths.authority, "root.pem"),
  log: join(localPaths.authority, "log"),
  pid: join(localPaths.authority, "pid"),
};

type Config = Record<string, unknown>;

interface TlsConfig {
  mode?: string;
  directory?: string;
}

function tlsOf(config: Config): TlsConfig {
  return (config["webstack:tls"] as TlsConfig | undefined) ?? {};
}

/** Names of a stack whose certificates come from the local cloud's authority. */
function namesOf(config: Config): string[] | undefined {
  const { mode, directory } = tlsOf(config);
  const domains = namesIn(config["webstack:domains"]) as string[] | undefined;
  const domain = config["webstack:domain"] as string | undefined;
  const names = domains ?? (mode === "acme" && domain !== undefined ? [domain] : undefined);
  return directory === undefined && (mode ?? "acme") === "acme" ? names : undefined;
}

/** The same of `Pulumi.local.yaml`; undefined: no authority is needed. */
export function localNames(): string[] | undefined {
  const file = join(repositoryRoot, "Pulumi.local.yaml");
  const { config } = parse(readFileSync(file, "utf8")) as { config?: Config };
  return namesOf(config ?? {});
}

/** The settings with the directory of the local cloud's authority, where they name none themselves. */
export function atLocalAuthority(config: Config): Config {
  if (!namesOf(config) || !existsSync(authorityFiles.cert)) return config;
  const own = {
    directory: `https://${worldAddress}:${authorityPorts.api}/dir`,
    caPem: readFileSync(authorityFiles.cert, "utf8"),
  };
  return { ...config, "webstack:tls": { ...tlsOf(config), ...own } };
}

const program = { command: "pebble", debianPackage: "pebble" };
/** Differences from the usual authority, for drills. */
export interface AuthorityBehaviour {
  /** Lifetime of its certificates, seconds. @default 90 days, as Let's Encrypt */
  validitySeconds?: number;
  /** Share of the requests whose nonce the authority refuses, per cent. @default 5, as pebble */
  refusedNoncesPercent?: number;
  /** Share of the orders for which an earlier proof of the same account counts, per cent. @default 50, as pebble */
  reusedProofsPercent?: number;
}

const usualValiditySeconds = 90 * 24 * 3600;

/** Key and certificate of the authority's own API. */
function makeIdentity(): void {
  if (existsSync(authorityFiles.cert)) return;
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(" ");
  const name = ["-subj", "/CN=local authority", "-addext", `subjectAltName=IP:${worldAddress}`];
  const out = ["-keyout", authorityFiles.key, "-out", authorityFiles.cert, "-days", "3650"];
  execFileSync("openssl", ["req", "-x509", ...key, ...name, ...out], { stdio: "ignore" });
}

function settings({ validitySeconds = usualValiditySeconds }: AuthorityBehaviour): object {
  return {
    pebble: {
      listenAddress: `${worldAddress}:${authorityPorts.api}`,
      managementListenAddress: `${worldAddress}:${authorityPorts.management}`,
      certificate: authorityFiles.cert,
      privateKey: authorityFiles.key,
      httpPort: 80,
      tlsPort: 443,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      certificateValidityPeriod: validitySeconds,
    },
  };
}

/** A variable of pebble; absent: pebble's own value. */
function percentage(variable: string, value: number | undefined): Record<string, string> {
  return value === undefined ? {} : { [variable]: String(value) };
}

function start(behaviour: AuthorityBehaviour = {}): void {
  writeFileSync(authorityFiles.settings, JSON.stringify(settings(behaviour), null, 2));
  const { refusedNoncesPercent, reusedProofsPercent } = behaviour;
  const shares = {
    ...percentage("PEBBLE_WFE_NONCEREJECT", refusedNoncesPercent),
    ...percentage("PEBBLE_AUTHZREUSE", reusedProofsPercent),
  };
  const log = openSync(authorityFiles.log, "a", 0o600);
  const { router } = cloudNames(localPaths.cloud);
  const resolver = ["-dnsserver", `${worldAddress}:53`];
  const call = [program.command, "-strict", "-config", authorityFiles.settings, ...resolver];
  const child = spawn("ip", ["netns", "exec", router, ...call], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, PEBBLE_VA_SLEEPTIME: "3", ...shares },
  });
  closeSync(log);
  child.unref();
  writeFileSync(authorityFiles.pid, String(child.pid));
}

function root(): Promise<string> {
  const trusted = { ca: readFileSync(authorityFiles.cert), timeout: 3_000 };
  return new Promise((resolve, reject) => {
    const url = `https://${worldAddress}:${authorityPorts.management}/roots/0`;
    const call = get(url, trusted, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve(text));
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 3 s")));
    call.on("error", reject);
  });
}

/**
 * Starts the local cloud's certificate authority, pebble in its strict mode, unless it runs. Each start creates a new
 * root.
 *
 * @returns its root in PEM form, which is in {@link files} too.
 */
export async function ensureAuthority(say: (line: string) => void): Promise<string> {
  ensurePrerequisites([program], say);
  mkdirSync(localPaths.authority, { recursive: true, mode: 0o700 });
  makeIdentity();
  if (livePid(authorityFiles.pid) === undefined) start();
  return keepRoot();
}

async function keepRoot(): Promise<string> {
  const found = await waitUntil(`the authority (its log: ${authorityFiles.log})`, root, {
    timeoutSeconds: 30,
  });
  writeFileSync(authorityFiles.root, found);
  return found;
}

/** Restarts the authority with another behaviour, without the accounts that it knew. @returns its new root, PEM. */
export async function restartAuthority(behaviour: AuthorityBehaviour): Promise<string> {
  await stopAuthority();
  start(behaviour);
  return keepRoot();
}

/** Has the local cloud's resolver answer with the floating addresses for these names. */
export function publishNames(
  names: readonly string[],
  { ipv4, ipv6 }: { ipv4: string; ipv6?: string | undefined },
): void {
  const addresses = [ipv4, ...(ipv6 === undefined ? [] : [ipv6])];
  saveAddresses(localPaths.cloud, Object.fromEntries(names.map((name) => [name, addresses])));
}

/** Ends the authority, if it runs. */
export function stopAuthority(): Promise<void> {
  return stopByPidFile(authorityFiles.pid);
}
