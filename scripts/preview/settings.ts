import { execFileSync } from "node:child_process";
import { parse } from "yaml";
import { isRedactedSetting } from "../../config/clear-text";
import { isMap, type Values } from "../../plugin/values";
import type { SettingChange } from "../../preview/model";
import { settingChanges } from "../../preview/values";
import { stackFileName } from "../deploy/stack-file";
import type { Config, Secrets } from "../hostless/hostless-stack";
import { repositoryRoot } from "../local/paths";

/** Revision with which the stack file is compared if none is named. */
export const usualBase = "HEAD";

/** Changed settings of a stack file since a revision; undefined: that revision has no such file. */
export function editedSettings(
  stack: string,
  base: string,
  text: string,
  directory = repositoryRoot,
): SettingChange[] | undefined {
  const before = fileAt(base, stackFileName(stack), directory);
  return before === undefined
    ? undefined
    : settingChanges(configOf(before), configOf(text), isRedactedSetting);
}

/** Why no edit of a stack file is known, as a warning; empty for the usual base, which may have no such file yet. */
export function unknownSettings(
  stack: string,
  base: string,
  edited: readonly SettingChange[] | undefined,
): string[] {
  if (edited !== undefined || base === usualBase) return [];
  const fix = "fetch it with its history, or name another --base";
  return [
    `edited settings are not known: ${base} has no ${stackFileName(stack)}, or is no revision here; ${fix}`,
  ];
}

/** A file at a revision; undefined: the file did not exist, or there is no Git. */
export function fileAt(revision: string, file: string, cwd: string): string | undefined {
  const words = ["show", "--end-of-options", `${revision}:./${file}`];
  try {
    return execFileSync("git", words, {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined;
  }
}

/** The map below `config:`. The engine itself refuses a text that is no YAML. */
function configOf(text: string): Values {
  try {
    // The engine follows merge keys, so a secret may be behind one.
    const { config } = (parse(text, { merge: true }) ?? {}) as { config?: unknown };
    return isMap(config) ? config : {};
  } catch {
    return {};
  }
}

/** Settings of a stack file whose secrets are not known. */
export interface ClearSettings {
  /** The map below `config:`, with placeholders for encrypted values. */
  config: Config;
  /** The placeholders by path; they are stored encrypted, as the originals are. */
  secrets: Secrets;
}

/** Has the form of a token of the Hetzner API, and of most passwords. */
const standIn = "standin0".repeat(8);
/** Has the form of a private key. */
const standInKey = "-----BEGIN PRIVATE KEY-----\nc3RhbmRpbg==\n-----END PRIVATE KEY-----\n";

/**
 * The settings in the text of a stack file, with a placeholder for each encrypted one. The cloud's endpoint and token
 * are left out: the preview uses those of its own cloud.
 *
 * @throws Error if the text is no YAML.
 */
export function clearSettings(text: string): ClearSettings {
  const found = ((parse(text) ?? {}) as { config?: Config }).config ?? {};
  const secrets: Secrets = {};
  const own = Object.entries(found).filter(([key]) => !/^hcloud:(token|endpoint)$/.test(key));
  const config = Object.fromEntries(own.map(([key, value]) => [key, opened(value, key, secrets)]));
  return { config, secrets };
}

function opened(value: unknown, path: string, secrets: Secrets): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((one, i) => opened(one, `${path}[${i}]`, secrets));
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === "secure") {
    secrets[path] = path.endsWith(".privateKey") ? standInKey : standIn;
    return secrets[path];
  }
  return Object.fromEntries(
    entries.map(([key, one]) => [key, opened(one, `${path}.${key}`, secrets)]),
  );
}
