import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ensureEngine } from "../../offline/engine";
import { stackFileName } from "../deploy/stack-file";
import { localPaths, localStateDirectory, repositoryRoot } from "../local/paths";
import { localStackName } from "../local/stack-name";
import { parsed, type Secret, secretsOfSettings, secretsOfState } from "./secrets";

/** A stack as its engine knows it. */
export interface Opened {
  /** All secrets of state, settings and, of the local stack, of what it runs on. */
  secrets: Secret[];
  /** What others may see: the export and the outputs without `--show-secrets`. */
  closed: { where: string; text: string }[];
  /** Settings with their secrets, by key. */
  values: Record<string, string>;
}

type Pulumi = (...words: string[]) => string;

/** The command line of a stack's engine. Standard error is dropped: it may quote what it reads. */
async function pulumiOf(stack: string | undefined): Promise<{ pulumi: Pulumi; folder: string }> {
  const engine = stack === undefined ? await ensureEngine({ progress: () => {} }) : undefined;
  const folder = engine ? localPaths.project : repositoryRoot;
  const env = engine && {
    ...process.env,
    ...engine.env,
    PULUMI_HOME: engine.pulumiHome,
    PULUMI_BACKEND_URL: `file://${localPaths.backend}`,
    PULUMI_CONFIG_PASSPHRASE: readFileSync(localPaths.passphrase, "utf8"),
  };
  const command = engine?.cliRoot ? join(engine.cliRoot, "bin", "pulumi") : "pulumi";
  const pulumi: Pulumi = (...words) => {
    const all = [...words, "--stack", stack ?? localStackName, "--non-interactive"];
    const options = { cwd: folder, encoding: "utf8", maxBuffer: 1 << 30 } as const;
    const { status, stdout, error } = spawnSync(command, all, {
      ...options,
      ...(env ? { env } : {}),
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (status === 0) return stdout;
    const end = (error as NodeJS.ErrnoException | undefined)?.code ?? status;
    throw new Error(`pulumi ${all.join(" ")} ended with ${end}; run it to see why`);
  };
  return { pulumi, folder };
}

/** Secrets that the local stack's world is made with; they are in no state. */
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
 * Opens the secrets of a stack in the memory of this process.
 *
 * @throws Error if there is no such stack, or its secrets cannot be opened here.
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
