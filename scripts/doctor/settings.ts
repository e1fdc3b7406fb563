import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../local/paths";
import { stackFileName } from "../deploy/stack-file";

/** The settings of a stack as the engine hands them to the program. */
export interface FoundSettings {
  /** Texts by key; structured values are JSON. */
  values: Record<string, string>;
  /** Keys whose value is encrypted, or has a part that is. */
  secretKeys: string[];
  /** Settings that were not decrypted, such as `webstack:app.secretEnv.KEY`; `values` has placeholders for them. */
  hidden: string[];
  /** Why there are no settings; a sentence that ends with the remedy. */
  problem?: string;
}

/** Placeholder for a secret that is not known: as long as a token. */
export const standIn = "0".repeat(64);

type Listing = Record<string, { value?: string; secret: boolean }>;

/** The value with a placeholder for each encrypted part, and the paths of these parts. */
function opened(value: unknown, path: string, hidden: string[]): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((one, i) => opened(one, `${path}[${i}]`, hidden));
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === "secure") {
    hidden.push(path);
    return standIn;
  }
  return Object.fromEntries(
    entries.map(([key, one]) => [key, opened(one, `${path}.${key}`, hidden)]),
  );
}

/** The settings in the text of a stack file. */
export function settingsIn(text: string, name: string): FoundSettings {
  const none = { values: {}, secretKeys: [], hidden: [] };
  let file: { config?: Record<string, unknown> } | null;
  try {
    file = parse(text) as typeof file;
  } catch (error) {
    const [first] = (error as Error).message.split("\n");
    return { ...none, problem: `${name} must be YAML, got an error: ${first}; correct that line` };
  }
  const config = file?.config ?? {};
  if (typeof config !== "object" || Array.isArray(config)) {
    return { ...none, problem: `${name} must have a map below config; see Pulumi.dev.yaml` };
  }
  const [hidden, secretKeys]: [string[], string[]] = [[], []];
  const values = Object.entries(config).map(([key, value]) => {
    const before = hidden.length;
    const plain = opened(value, key, hidden);
    if (hidden.length > before) secretKeys.push(key);
    return [key, typeof plain === "string" ? plain : JSON.stringify(plain)];
  });
  return { values: Object.fromEntries(values) as Record<string, string>, secretKeys, hidden };
}

/** Settings with their secrets, from the engine; undefined if the engine cannot decrypt them on this machine. */
function decrypted(stack: string, directory: string): Listing | undefined {
  const words = ["config", "--json", "--show-secrets", "--stack", stack, "--non-interactive"];
  const options = { cwd: directory, encoding: "utf8", timeout: 30_000 } as const;
  try {
    const text = execFileSync("pulumi", words, { ...options, stdio: ["ignore", "pipe", "ignore"] });
    return JSON.parse(text) as Listing;
  } catch {
    return undefined;
  }
}

/** The settings of a stack, from its file, with secrets as far as this machine can decrypt them. */
export function settingsOf(stack: string, directory = repositoryRoot): FoundSettings {
  const name = stackFileName(stack);
  const file = join(directory, name);
  if (!existsSync(file)) {
    const problem = `${name} must hold the settings of the stack, got no such file; run pulumi stack init ${stack} and copy the settings of Pulumi.dev.yaml`;
    return { values: {}, secretKeys: [], hidden: [], problem };
  }
  const found = settingsIn(readFileSync(file, "utf8"), name);
  if (found.problem !== undefined || found.hidden.length === 0) return found;
  const listing = decrypted(stack, directory);
  if (!listing) return found;
  const known = Object.entries(listing).filter(([, { value }]) => value !== undefined);
  return {
    values: {
      ...found.values,
      ...Object.fromEntries(known.map(([key, one]) => [key, one.value!])),
    },
    secretKeys: known.filter(([, { secret }]) => secret).map(([key]) => key),
    hidden: [],
  };
}
