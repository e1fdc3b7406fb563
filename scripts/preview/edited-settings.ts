import { execFileSync } from "node:child_process";
import { parse } from "yaml";
import { isMap, type Values } from "../../plugin/values";
import type { SettingChange } from "../../preview/model";
import { settingChanges } from "../../preview/values";
import { stackFileName } from "../deploy/stack-file";
import { repositoryRoot } from "../local/paths";

/** What is edited in a stack's file since a revision; undefined: that revision has no such file. */
export function editedSettings(
  stack: string,
  base: string,
  text: string,
  directory = repositoryRoot,
): SettingChange[] | undefined {
  const before = fileAt(base, stackFileName(stack), directory);
  return before === undefined ? undefined : settingChanges(configOf(before), configOf(text));
}

/** A file as it was; undefined: it was not there, or there is no Git. */
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

/** What is below `config:`; a text that is no YAML is refused by the engine with its own words. */
function configOf(text: string): Values {
  try {
    const { config } = (parse(text) ?? {}) as { config?: unknown };
    return isMap(config) ? config : {};
  } catch {
    return {};
  }
}
