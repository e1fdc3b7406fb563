import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { namedAddress } from "../../web-stack/args";
import type { Engine } from "../../offline/engine";
import { layOutPlugin } from "../../offline/engine/home";
import { type Checkpoint, isInterrupted } from "../resume/pending";
import { type ResumableEngine, resumeInterrupted } from "../resume/resume";
import "./unused-modules";
import { atLocalAuthority } from "./authority";
import { localBackups } from "./backups";
import { localCloud } from "./cloud";
import { checkpointFile, inlineStack, programIn } from "./inline-stack";
import { addressInLocalCloud, localPaths, localStackName, repositoryRoot } from "./paths";

interface StackSettings {
  encryptionsalt?: string;
  config?: Record<string, unknown>;
}

/**
 * The text of the local stack file as settings.
 *
 * @throws Error which names the file, the line and the rule, if the text is no YAML.
 */
export function parsedSettings(text: string): StackSettings {
  try {
    return parse(text) as StackSettings;
  } catch (error) {
    const [first] = (error as Error).message.split("\n");
    const rule = 'a text with ": ", such as --only-binary=:all: and more words, needs quotes or >-';
    throw new Error(
      `Pulumi.${localStackName}.yaml must be YAML, got an error: ${first} correct that line (${rule})`,
      { cause: error },
    );
  }
}

function passphrase(): string {
  if (!existsSync(localPaths.passphrase)) {
    writeFileSync(localPaths.passphrase, randomBytes(24).toString("hex"), { mode: 0o600 });
  }
  return readFileSync(localPaths.passphrase, "utf8");
}

const backupsKey = "webstack:backups";

/** Settings with backups to the local cloud's object storage, unless the stack file has its own. */
function withBackups(wanted: StackSettings, kept: StackSettings): Record<string, unknown> {
  const { config = {} } = wanted;
  if (backupsKey in config) return config;
  const { settings } = localBackups();
  const secret = encryptedSecret(kept);
  const target = secret ? withValue(settings.target, secretPath(), secret) : settings.target;
  return { ...config, [backupsKey]: { ...settings, target } };
}

function secretPath(): string[] {
  return localBackups().secret.path;
}

/** A copy of a map with a value at a path in it. */
function withValue(map: object, [key, ...rest]: string[], value: unknown): object {
  const inner = (map as Record<string, object>)[key!] ?? {};
  return { ...map, [key!]: rest.length === 0 ? value : withValue(inner, rest, value) };
}

/** The secret of the target, encrypted by an earlier run; undefined: no earlier run had this target. */
function encryptedSecret({ config = {} }: StackSettings): object | undefined {
  const backups = config[backupsKey] as { target?: object } | undefined;
  const found = secretPath().reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    backups?.target,
  );
  return typeof found === "object" && found !== null ? found : undefined;
}

/**
 * Copies the project's settings into the engine's folder. The engine reads a copy, because endpoint and token of the
 * local cloud belong to this machine and not into the repository's stack file.
 *
 * @param settings text of the stack file.
 * @param directory checkout whose program runs.
 */
function writeProject(settings: string, directory: string): { lacksSecret: boolean } {
  mkdirSync(localPaths.project, { recursive: true, mode: 0o700 });
  mkdirSync(localPaths.backend, { recursive: true, mode: 0o700 });
  const project = parse(readFileSync(join(directory, "Pulumi.yaml"), "utf8"));
  for (const provider of project.plugins?.providers ?? []) {
    const folder = join(localPaths.project, "plugins", provider.name);
    layOutPlugin(folder, provider.name, join(directory, provider.path, "main.ts"));
    provider.path = folder;
  }
  writeFileSync(join(localPaths.project, "Pulumi.yaml"), stringify(project));
  const target = join(localPaths.project, `Pulumi.${localStackName}.yaml`);
  const wanted = parsedSettings(settings);
  const kept = existsSync(target) ? (parse(readFileSync(target, "utf8")) as StackSettings) : {};
  const config = atLocalAuthority(withBackups(wanted, kept ?? {}));
  writeFileSync(target, stringify({ encryptionsalt: kept?.encryptionsalt, config }), {
    mode: 0o600,
  });
  return { lacksSecret: !(backupsKey in (wanted.config ?? {})) && !encryptedSecret({ config }) };
}

/** Files of the engine with the local stack's state and with the lock of a running command. */
const localState = {
  checkpoint: checkpointFile(localPaths.backend, localStackName),
  locks: join(localPaths.backend, ".pulumi", "locks"),
} as const;

/**
 * The stack on the local cloud, run by `engine` with the same program as production.
 *
 * @param settings text used instead of the stack file; absent: the file itself.
 * @param directory checkout whose program runs. @default this one
 */
export async function localStack(
  engine: Engine,
  settings = readFileSync(join(repositoryRoot, `Pulumi.${localStackName}.yaml`), "utf8"),
  directory = repositoryRoot,
): Promise<Stack> {
  const { lacksSecret } = writeProject(settings, directory);
  process.chdir(directory);
  process.env[namedAddress] = addressInLocalCloud;
  const stack = await inlineStack({
    ...{ name: localStackName, program: () => programIn(directory), engine, cloud: localCloud() },
    ...{ workDir: localPaths.project, backend: localPaths.backend, passphrase: passphrase() },
  });
  if (lacksSecret) {
    const { path, value } = localBackups().secret;
    await stack.setConfig([backupsKey, "target", ...path].join("."), { value, secret: true }, true);
  }
  return stack;
}

/**
 * True if the last command was interrupted. The answer comes from the engine's files: the engine itself would take two
 * seconds.
 */
export function wasInterrupted({ checkpoint, locks } = localState): boolean {
  const isLocked = existsSync(locks) && readdirSync(locks, { recursive: true }).some(isLockFile);
  if (isLocked || !existsSync(checkpoint)) return true;
  const { latest } = (
    JSON.parse(readFileSync(checkpoint, "utf8")) as { checkpoint: { latest?: Checkpoint } }
  ).checkpoint;
  return isInterrupted(latest ?? {});
}

function isLockFile(path: string | Buffer): boolean {
  return String(path).endsWith(".json");
}

/** The commands of a stack that this process runs. */
export function inlineEngine(stack: Stack): ResumableEngine {
  return {
    exported: async () => ((await stack.exportStack()).deployment ?? {}) as Checkpoint,
    refresh: async (urns, clears = false) => {
      const target = urns.length > 0 ? { target: [...urns] } : {};
      await stack.refresh({ ...target, clearPendingCreates: clears });
    },
  };
}

/**
 * Prepares the local stack for the next command after an interrupted one: releases its lock, which the project's own
 * lock makes safe, and removes what {@link resumeInterrupted} finds.
 */
export async function resumeLocal(stack: Stack, say: (line: string) => void): Promise<void> {
  if (!wasInterrupted()) return;
  await stack.cancel().catch(() => undefined);
  await resumeInterrupted(inlineEngine(stack), localCloud, say);
}
