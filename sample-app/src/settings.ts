import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";

const databaseUrl = z
  .url({ protocol: /^mysql$/, error: "must look like mysql://user:password@host:port/database" })
  .refine((url) => new URL(url).pathname.length > 1, "must name a database after the port");

const secrets = z
  .string({ error: "must be set: at least 32 random characters" })
  .transform((value) => value.split(","))
  .refine(
    (list) => list.every((secret) => secret.length >= 32),
    "each secret must have at least 32 characters",
  );

const common = {
  DATABASE_URL_RW: databaseUrl.default("mysql://app@127.0.0.1:3306/app"),
  DATABASE_CA_FILE: z.string().min(1).optional(),
};

const serverEnv = z.object({
  ...common,
  DATABASE_URL_RO: databaseUrl.default("mysql://app@127.0.0.1:3307/app"),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  SESSION_SECRET: secrets,
  SESSION_SECRETS: secrets.optional(),
  NODE_NAME: z
    .string()
    .regex(/^[\w.-]{1,63}$/, "must be a host name such as app-1")
    .optional(),
  HOST: z.string().min(1).default("0.0.0.0"),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  DRAIN_SECONDS: z.coerce.number().min(0).max(60).default(3),
});

const migrateEnv = z.object({
  ...common,
  MIGRATE_DEADLINE_SECONDS: z.coerce.number().min(1).max(3600).default(60),
});

/** Everything the server is told by its environment. */
export interface ServerSettings {
  /** URL of the database that takes writes, such as `mysql://app:secret@127.0.0.1:3306/app`. */
  writeUrl: string;
  /** URL of the replicas that serve reads. */
  readUrl: string;
  /** PEM certificates the database must be signed by; absent = connection without TLS. */
  databaseCa?: string;
  /** Most connections to each of the two databases, 1 to 200. */
  poolSize: number;
  /** Secrets that sign cookies: the first one signs, all of them verify. */
  sessionSecrets: string[];
  /** Name of this server, such as `app-1`. */
  nodeName: string;
  /** Address to listen on. */
  host: string;
  /** TCP port to listen on; 0 = any free one. */
  port: number;
  /** How long a stopping process keeps serving so that proxies notice, in milliseconds. */
  drainMs: number;
}

/** What the migration is told by its environment. */
export interface MigrateSettings {
  /** URL of the database that takes writes. */
  writeUrl: string;
  /** PEM certificates the database must be signed by; absent = connection without TLS. */
  databaseCa?: string;
  /** How long to wait for the database, in milliseconds. */
  deadlineMs: number;
}

/**
 * Reads the server's settings.
 *
 * @throws Error that names every wrong variable and its rule, but no value.
 */
export function serverSettings(env: Record<string, string | undefined>): ServerSettings {
  const values = parse(serverEnv, env);
  return {
    writeUrl: values.DATABASE_URL_RW,
    readUrl: values.DATABASE_URL_RO,
    databaseCa: readCa(values.DATABASE_CA_FILE),
    poolSize: values.DATABASE_POOL_SIZE,
    sessionSecrets: values.SESSION_SECRETS ?? values.SESSION_SECRET,
    nodeName: values.NODE_NAME ?? hostname(),
    host: values.HOST,
    port: values.PORT,
    drainMs: values.DRAIN_SECONDS * 1000,
  };
}

/**
 * Reads the migration's settings.
 *
 * @throws Error that names every wrong variable and its rule, but no value.
 */
export function migrateSettings(env: Record<string, string | undefined>): MigrateSettings {
  const values = parse(migrateEnv, env);
  return {
    writeUrl: values.DATABASE_URL_RW,
    databaseCa: readCa(values.DATABASE_CA_FILE),
    deadlineMs: values.MIGRATE_DEADLINE_SECONDS * 1000,
  };
}

function parse<T extends z.ZodType>(
  schema: T,
  env: Record<string, string | undefined>,
): z.output<T> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new Error(`wrong environment: ${problems.join("; ")}`);
}

function readCa(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, "utf8");
}
