import { z } from "zod";
import { appEgress } from "./network-schema";
import { commandWords, hasKnownPlaceholders, placeholders } from "./command";
import { healthSettings, processSettings } from "./process-schema";
import {
  releaseRuntime,
  runtimeSettings,
  releasePath,
  releasePathRule,
  siteSettings,
} from "./release-schema";
import { secretVersion } from "./value-forms";
import { setting } from "./setting";
import { cronSettings, workerSettings } from "./worker-schema";

/** Variables that the stack itself sets for the app; an operator's value would cut the app off from its services. */
export const reservedVariables = [
  "DATABASE_CA_FILE",
  "DATABASE_URL_RO",
  "DATABASE_URL_RW",
  "NODE_NAME",
  "PATH",
  "PORT",
  "PROCESS",
  "PYTHONPATH",
  "SESSION_SECRET",
  "SESSION_SECRETS",
] as const;

const variableName = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/)
  .refine((name) => !(reservedVariables as readonly string[]).includes(name));
const variableText = z
  .string()
  .regex(/^[^\r\n\0]*$/)
  .refine(hasKnownPlaceholders);
/** `pulumi config set --path` writes whole numbers and switches without quotes; `config/stack-file.ts` checks the spelling. */
const variableValue = z
  .union([variableText, z.int(), z.boolean()])
  .transform((value) => String(value));
const variables = z.record(variableName, variableValue);
const knownPlaceholders = Object.keys(placeholders).map((name) => `\${${name}}`);
const variablesRule =
  `be a map from names in capitals (not ${reservedVariables.join(", ")}) to texts in one line, ` +
  `in which \${ begins one of ${knownPlaceholders.join(", ")}`;

const command = z.string().refine((text) => commandWords(text) !== undefined);
const commandRule =
  "be a program and its arguments in one line, without the syntax of a shell and without variables other than $PORT";
/** The settings of the app tier; the caller passes the settings that all tiers share. */
export function appSettings<Shared extends z.ZodRawShape>(shared: Shared) {
  return z.strictObject({
    ...shared,
    path: setting(z.string().regex(/^[^\0]+$/), {
      about: "Directory of the built app, packed and pushed to the nodes as one release",
      must: "be a directory with the built app",
      example: "./sample-app/dist",
      absent: "`./sample-app/dist`, unless `app.url` is set",
    }).optional(),
    url: setting(z.string().regex(/^https:\/\/[^\s"'\\]+\.(tar\.gz|tgz)$/), {
      about: "Release that the nodes fetch instead of a pushed one",
      must: "be an https URL of a .tar.gz file",
      example: "https://example.com/app-1.2.3.tar.gz",
      absent: "`app.path` is pushed",
    }).optional(),
    sha256: setting(z.string().regex(/^[0-9a-f]{64}$/), {
      about: "SHA-256 sum of the file at `app.url`",
      must: "be 64 hexadecimal digits in small letters",
      example: "0".repeat(64),
      absent: "refused if `app.url` is set",
    }).optional(),
    build: setting(command, {
      about:
        "Command that is run before the release is packed, in the directory of `Pulumi.yaml`, at each preview and update",
      must: commandRule,
      example: "npm --prefix ../shop run build",
      absent: "`app.path` is packed as it is",
    }).optional(),
    runtime: runtimeSettings.prefault({}),
    command: setting(command, {
      about: "Command that runs one process of the app, in the directory of the release",
      must: commandRule,
      example: "node server.js",
      absent:
        "`app.runtime.executable`, else the start script of the release's `package.json`, else `node server.js`",
    }).optional(),
    migrate: setting(command, {
      about:
        "Command that is run on the first app node when the release changes, before a process of it starts",
      must: commandRule,
      example: "node migrate.js",
      absent: "none, for the sample app `node migrate.js`",
    }).optional(),
    migrateTimeoutSeconds: setting(z.int().min(10).max(1800), {
      about:
        "Seconds after which `app.migrate` is ended and the release refused; an `ALTER TABLE` of a large table takes minutes",
      must: "be a whole number from 10 to 1800",
      example: 900,
    }).default(180),
    release: setting(z.string().regex(/^[0-9a-f]{64}$/), {
      about:
        "The release that runs whatever `app.path` or `app.url` holds: its SHA-256 sum; written by `npm run rollback`, removed by `npm run deploy`",
      must: "be 64 hexadecimal digits in small letters",
      example: "0".repeat(64),
      absent: "what `app.path` or `app.url` holds",
    }).optional(),
    releaseCommand: setting(command, {
      about:
        "Command of the release in `app.release` as its own `package.json` says; written and removed with it",
      must: commandRule,
      example: "node server.js",
      absent: "`app.command`, else what is kept of that release in `.webstack/releases`",
    }).optional(),
    releaseRuntime: setting(releaseRuntime, {
      about:
        "Runtime of the release in `app.release`, in the form of `app.runtime` with an exact version; written and removed with it",
      must: "be a map with one of node, python and executable, each as in app.runtime, or an empty one for the Node.js of the distribution",
      example: { node: "24.21.0" },
      absent: "what is kept of that release in `.webstack/releases`, else `app.runtime`",
    }).optional(),
    versionHeader: setting(z.boolean(), {
      about:
        "Whether every answer says in `X-Release` which release the web node has: version and commit, or digits of its sum if it says none",
      must: "be true or false",
      example: true,
    }).default(false),
    health: healthSettings.prefault({}),
    env: setting(variables, {
      about: "Environment of the app",
      must: variablesRule,
      example: { LOG_LEVEL: "info" },
    }).default({}),
    secretEnv: setting(variables, {
      about: "Environment of the app that is kept secret",
      must: variablesRule,
      example: { SMTP_PASSWORD: "<secret>" },
      absent: "none",
      secret: true,
    }).default({}),
    sessionSecretVersion: secretVersion(
      "Number of the secret in `SESSION_SECRET`; 1 more makes a new one, and `SESSION_SECRETS` holds the former one until the next change",
      {
        most: 100_000,
        must: "be a whole number from 1 to 100000; raise it by 1, or by 3 to end all sessions",
      },
    ),
    ...processSettings,
    workers: workerSettings,
    cron: cronSettings,
    static: siteSettings.prefault({}),
    packages: setting(z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]{1,99}$/)).max(50), {
      about:
        "Packages of the distribution that app nodes have besides; one taken away stays installed",
      must: "be a list of at most 50 names of packages: small letters, digits and +.- only",
      example: ["imagemagick"],
    }).default([]),
    databasePool: setting(z.int().min(1).max(480), {
      about:
        "Connections that one process of the app, of a worker or of a job opens at most; all of them together must fit into what MySQL takes",
      must: "be a whole number from 1 to 480",
      example: 10,
    }).default(10),
    checkTables: setting(z.boolean(), {
      about:
        "Whether a release is refused that leaves a table without a primary key, or of another engine than InnoDB, where there are several databases",
      must: "be true or false",
      example: true,
    }).default(true),
    egress: appEgress,
    data: setting(releasePath, {
      about:
        "Directory of the release that the app may write to and that outlives releases, on each app node one of its own",
      must: releasePathRule,
      example: "content",
      absent: "none; `STATE_DIRECTORY` outlives releases in any case",
    }).optional(),
  });
}
