import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { worldAddress } from "../../localcloud/machines/names";
import { localPaths, repositoryRoot } from "./paths";

/** Where the authority of the local cloud's world answers. */
export const authorityPorts = { api: 14_000, management: 15_000 } as const;

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

/** Names of a stack whose certificates are ordered from the authority of the local cloud's world. */
function namesOf(config: Config): string[] | undefined {
  const { mode, directory } = tlsOf(config);
  const domains = config["webstack:domains"] as string[] | undefined;
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
