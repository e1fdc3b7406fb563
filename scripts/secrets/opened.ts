import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { stackFileName } from "../deploy/stack-file";
import { localPaths, localStackName, localStateDirectory } from "../local/paths";
import { pulumiOf } from "../operate/engine-commands";
import { parsed, type Secret, secretsOfSettings, secretsOfState } from "./secrets";

/** A stack with its decrypted secrets. */
export interface Opened {
  /** All secrets of state and settings, and for the local stack those of the local cloud. */
  secrets: Secret[];
  /** Parts that others may see: the export and the outputs without `--show-secrets`. */
  closed: { where: string; text: string }[];
  /** Settings with their secrets, by key. */
  values: Record<string, string>;
}

/** Secrets of the local cloud, which no state contains. */
function localSecrets(): Secret[] {
  const { tokens, passphrase, backupsIdentity, storage } = localPaths;
  const text = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const { writer, keeper } = parsed(text(storage) || "{}", storage) as Record<
    string,
    { secretAccessKey: string } | undefined
  >;
  const identity = /^AGE-SECRET-KEY-\S+$/m.exec(text(backupsIdentity))?.[0];
  const all: [string, string | undefined][] = [
    ...text(tokens)
      .split("\n")
      .map((token): [string, string] => [tokens, token]),
    [passphrase, text(passphrase)],
    [backupsIdentity, identity],
    [`${storage} writer`, writer?.secretAccessKey],
    [`${storage} keeper`, keeper?.secretAccessKey],
  ];
  return all.flatMap(([path, value]) => (value ? [{ origin: path, value }] : []));
}

/**
 * Decrypts the secrets of a stack in the memory of this process.
 *
 * @throws Error if there is no such stack, or if this machine cannot decrypt its secrets.
 */
export async function openedStack(stack: string | undefined): Promise<Opened> {
  if (stack === undefined && !existsSync(join(localStateDirectory, "passphrase"))) {
    throw new Error("there is no local stack here; start it with: npm run up:local");
  }
  const { pulumi, folder } = await pulumiOf(stack);
  const listing = parsed(pulumi("config", "--json", "--show-secrets"), "pulumi config") as Record<
    string,
    { value?: string }
  >;
  const values = Object.fromEntries(
    Object.entries(listing).map(([key, { value }]) => [key, value ?? ""]),
  );
  const name = stackFileName(stack ?? localStackName);
  const path = join(folder, name);
  const file: unknown = existsSync(path) ? parse(readFileSync(path, "utf8")) : undefined;
  const token = process.env.HCLOUD_TOKEN;
  return {
    secrets: [
      ...secretsOfState(parsed(pulumi("stack", "export", "--show-secrets"), "pulumi stack export")),
      ...secretsOfSettings(file, values, name),
      ...(stack === undefined ? localSecrets() : []),
      ...(stack !== undefined && token ? [{ origin: "HCLOUD_TOKEN", value: token }] : []),
    ],
    closed: [
      { where: "pulumi stack export", text: pulumi("stack", "export") },
      { where: "pulumi stack output", text: pulumi("stack", "output", "--json") },
      ...(file === undefined ? [] : [{ where: name, text: readFileSync(path, "utf8") }]),
    ],
    values,
  };
}
