import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readOutputs, outputsShape, pinnedHostsText, type StackOutputs } from "./outputs";
import { repositoryRoot } from "../local/paths";
import { chosenStack, type StackUse } from "./chosen-stack";

/** The stack and the arguments of a command. */
export interface Operated {
  outputs: StackOutputs;
  /** Name of the stack; undefined: the local stack. */
  stack: string | undefined;
  /** Further words of the command line. */
  words: string[];
  /** True with `--yes`. */
  yes: boolean;
}

/** Outputs as `pulumi stack output --json --show-secrets` prints them. */
function pulumiOutputs(stack: string): Record<string, unknown> {
  const words = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  try {
    const text = execFileSync("pulumi", words, { cwd: repositoryRoot, encoding: "utf8" });
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Error("pulumi is not on the path; the local stack is --stack local", {
        cause: error,
      });
    }
    throw error;
  }
}

/** The stack with a name; files for `ssh` are written below `.webstack`, the deploy key with mode 0600. */
export function stackOutputs(
  stack: string,
  found: Record<string, unknown>,
  directory = join(repositoryRoot, ".webstack", stack),
): StackOutputs {
  const { privateKey } = found;
  if (typeof privateKey !== "string") {
    throw new Error(`stack ${stack} has no output privateKey; run its pulumi up first`);
  }
  const files = {
    key: join(directory, "id_ed25519"),
    knownHosts: join(directory, "known_hosts"),
    pinnedHosts: join(directory, "pinned_hosts"),
  };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // An existing file would keep its mode.
  if (existsSync(files.key)) rmSync(files.key);
  writeFileSync(files.key, privateKey.endsWith("\n") ? privateKey : `${privateKey}\n`, {
    mode: 0o600,
  });
  const outputs = outputsShape.parse(found);
  // Another command may read the file at this moment.
  const next = `${files.pinnedHosts}.${process.pid}`;
  writeFileSync(next, pinnedHostsText(outputs.nodes), { mode: 0o600 });
  renameSync(next, files.pinnedHosts);
  return { ...outputs, files };
}

/**
 * Parses `[--stack <name>] [--yes] [word ...]`; {@link chosenStack} finds a stack that is not named.
 *
 * @throws Error if the stack does not exist, is not up, or must be named.
 */
export function operatedStack(args: readonly string[], use: StackUse = {}): Operated {
  const options = { stack: { type: "string" }, yes: { type: "boolean", default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const { yes } = values;
  const stack = chosenStack(values.stack, use);
  return { outputs: outputsOf(stack), stack, words: positionals, yes };
}

/** Outputs of the last `up` of a stack; undefined: the local stack. */
export function outputsOf(stack: string | undefined): StackOutputs {
  return stack === undefined ? readOutputs() : stackOutputs(stack, pulumiOutputs(stack));
}
