import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { sharedToken, tokenProblems, hiddenValues, withoutHidden } from "./config/secrets";
import { type AppContract, appContract } from "./config/app-contract";
import { appProblems, defaultAppPath, isSample } from "./config/app-problems";
import { type ResolvedTarget, resolvedTarget } from "./config/backup-target";
import { combinationProblems } from "./config/combinations";
import { type Consent, consentOf, consentProblems } from "./config/consent";
import { networkZones, defaultBufferPoolMib, serverSize } from "./config/cloud-offer";
import { type EdgeTls, edgeTls } from "./config/edge-tls";
import { mergedNames, problemsOf, reportOf } from "./config/problems";
import { type Egress, webEgress } from "./config/network-schema";
import { settingsSchema, type StackConfig } from "./config/schema";
import { clearTextSecrets, rawSettingsOf } from "./config/clear-text";
import { projectProblems, shortProblems, spelledOut } from "./config/short-settings";
import { decodeSettings, valueAt, unquotedProblems } from "./config/stack-file";
import { trustedBlocks } from "./config/load-balancer-schema";

/** Source of the app's release: a directory to pack and push, or a file to download. */
export type AppSource =
  | {
      /** Absolute path of the directory. */
      path: string;
    }
  | {
      /** HTTPS URL of the `.tar.gz` file. */
      url: string;
      /** SHA-256 sum of the file, 64 hexadecimal digits. */
      sha256: string;
      path?: undefined;
    };

type LoadBalancerConfig = StackConfig["loadBalancers"];
type AppConfig = StackConfig["app"];
type BackupConfig = NonNullable<StackConfig["backups"]>;

/** All settings of a stack file: checked, with defaults, secrets wrapped. */
export interface Settings extends Omit<
  StackConfig,
  | ("app" | "backups" | "db" | "loadBalancers" | "web" | "consent")
  | ("tls" | "domain" | "domains" | "canonicalDomain" | "size" | "adminCidr")
> {
  /** Lines of consent of the stack file, each valid until a day. */
  consent: Consent[];
  /** HTTPS settings of the load balancers, with the domains. */
  edgeTls: EdgeTls;
  /** True if load balancers and web nodes connect to the tiers behind them with TLS. */
  innerTls: boolean;
  /** Host name in the stack's URL; absent: the floating address. */
  domain?: string;
  /** Network zone of the locations, such as `eu-central`. */
  networkZone: string;
  /** Settings of the load balancers. */
  loadBalancers: Omit<LoadBalancerConfig, "api" | "tls"> & {
    /** Endpoint of the Hetzner API, and the choice of nodes that have the token. */
    api: Omit<LoadBalancerConfig["api"], "token"> & { token: pulumi.Output<string> };
    /** Certificate for HTTPS; absent: a self-signed placeholder. */
    tls?: { certificate: string; privateKey: pulumi.Output<string> };
  };
  /** Settings of the app tier. */
  app: Pick<
    AppConfig,
    "count" | "serverType" | "env" | "release" | "versionHeader" | "sessionSecretVersion" | "egress"
  > &
    AppContract & {
      /** Source of the release. */
      source: AppSource;
      /** Secret environment. */
      secretEnv: pulumi.Output<Record<string, string>>;
    };
  /** Settings of the web tier. */
  web: StackConfig["web"] & {
    /** Where Nginx may connect outside of the stack. */
    egress: Egress;
  };
  /** Settings of the databases. */
  db: StackConfig["db"] & {
    /** Size of each MySQL's buffer pool, MiB. */
    bufferPoolMib: number;
  };
  /** Settings of backups; absent: no backups. */
  backups?: Omit<BackupConfig, "target" | "copy"> & {
    target: ResolvedTarget;
    /** Second target, which no host gets to know. @default the backups are in one target */
    copy?: ResolvedTarget;
  };
}

/**
 * Reads the settings of the current stack. Relative paths start at `projectRoot`; `today` decides which lines of
 * consent are valid.
 *
 * @throws pulumi.RunError that lists every problem of the stack file, one on each line.
 */
export function readSettings(projectRoot: string, today = new Date()): Settings {
  const { settings: known, problems } = checkedSettings(projectRoot, today);
  if (!known) throw new pulumi.RunError(reportOf(problems, `Pulumi.${pulumi.getStack()}.yaml`));
  return known;
}

/**
 * The settings of the current stack as of a day, or every problem of the stack file, one sentence each.
 *
 * @param file name of the stack file in `projectRoot`, which shows each encrypted value. @default that of the current stack
 * @param project name of the Pulumi project. @default that of the current stack
 */
export function checkedSettings(
  projectRoot: string,
  today: Date,
  file = `Pulumi.${pulumi.getStack()}.yaml`,
  project = pulumi.getProject(),
): { settings?: Settings; problems: string[] } {
  const all = pulumi.runtime.allConfig();
  const written = decodeSettings(all, settingsSchema);
  const raw = spelledOut(written);
  const parsed = settingsSchema.safeParse(raw);
  const token = valueAt(raw, ["loadBalancers", "api", "token"]) ?? sharedToken(all);
  const hides = hiddenValues(raw, settingsSchema);
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error, settingsSchema, raw, hides)),
    ...mergedNames(settingsSchema, raw),
    ...projectProblems(project, all),
    ...[
      shortProblems(written),
      combinationProblems(raw),
      consentProblems(raw, today),
      appProblems(raw, projectRoot),
    ]
      .flat()
      .map((problem) => withoutHidden(problem, hides)),
    ...clearTextSecrets(raw, rawSettingsOf(join(projectRoot, file))),
    ...unquotedProblems(raw, join(projectRoot, file)),
    ...tokenProblems(raw, token),
  ];
  if (!parsed.success || problems.length > 0) return { problems };
  return { settings: settings(parsed.data, String(token), projectRoot), problems };
}

function settings(config: StackConfig, token: string, projectRoot: string): Settings {
  const { path, url, sha256, secretEnv, count, serverType, env, release } = config.app;
  const { api, tls, ...loadBalancers } = config.loadBalancers;
  const { backups, ...others } = withoutNames(config);
  const names = edgeTls(config);
  const source = url
    ? { url, sha256: sha256!, path: undefined }
    : { path: resolve(projectRoot, path ?? defaultAppPath) };
  return {
    ...others,
    web: { ...config.web, egress: webEgress(config.web) },
    consent: config.consent.map((line) => consentOf(line)!),
    ...(backups ? { backups: settledBackups(backups) } : {}),
    edgeTls: names,
    innerTls: config.tls.internal,
    domain: names.canonical ?? names.domains.find((name) => !name.startsWith("*.")),
    networkZone: networkZones[config.locations[0]!]!,
    loadBalancers: {
      ...loadBalancers,
      trustedProxies: trustedBlocks(loadBalancers.trustedProxies),
      api: { ...api, token: pulumi.secret(token) },
      tls: tls && { certificate: tls.certificate, privateKey: pulumi.secret(tls.privateKey) },
    },
    app: {
      count,
      serverType,
      env,
      release,
      versionHeader: config.app.versionHeader,
      sessionSecretVersion: config.app.sessionSecretVersion,
      egress: config.app.egress,
      source,
      secretEnv: pulumi.secret(secretEnv),
      ...appContract(config.app, isSample(config.app, projectRoot)),
    },
    db: {
      ...config.db,
      bufferPoolMib:
        config.db.bufferPoolMib ?? defaultBufferPoolMib(serverSize(config.db.serverType)!),
    },
  };
}

function settledBackups({ target, copy, ...rest }: BackupConfig): NonNullable<Settings["backups"]> {
  return {
    ...rest,
    target: resolvedTarget(target),
    ...(copy ? { copy: resolvedTarget(copy) } : {}),
  };
}

function withoutNames({
  tls: _,
  domains: __,
  canonicalDomain: ___,
  size: ____,
  adminCidr: _____,
  ...rest
}: StackConfig) {
  return rest;
}
