import { z } from "zod";
import { setting } from "./setting";

/** Names that the stack itself gives to the app; a user's value would cut it off its services. */
export const reservedVariables = [
  "DATABASE_CA_FILE",
  "DATABASE_URL_RO",
  "DATABASE_URL_RW",
  "NODE_NAME",
  "PORT",
  "PROCESS",
  "SESSION_SECRET",
] as const;

const variableName = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/)
  .refine((name) => !(reservedVariables as readonly string[]).includes(name));
const variables = z.record(variableName, z.string().regex(/^[^\r\n\0]*$/));
const variablesRule = `be a map from names in capitals (not ${reservedVariables.join(", ")}) to texts in one line`;

/** The settings of the app tier; those that every tier has are passed in. */
export function appSettings<Shared extends z.ZodRawShape>(shared: Shared) {
  return z.strictObject({
    ...shared,
    path: setting(z.string().min(1), {
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
    processes: setting(z.int().min(1).max(64), {
      about: "Processes of the app on each node",
      must: "be a whole number from 1 to 64",
      example: 2,
      absent: "one for each core of `app.serverType`",
    }).optional(),
  });
}
