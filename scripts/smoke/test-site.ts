import { existsSync, readFileSync } from "node:fs";
import type { Settings } from "../../config";
import { fails, type Finding } from "../../doctor/finding";
import { stackFileName } from "../deploy/stack-file";
import { settingsOf, standIn } from "../doctor/settings";
import { stackPart } from "../doctor/stack";
import { authorityFiles } from "../local/authority-settings";
import { repositoryRoot } from "../local/paths";
import { localStackName } from "../local/stack-name";
import { outputsOf } from "../operate/operated-stack";
import { certificateAt, statusAt } from "./answer";
import { type Ask, siteOf, smoke } from "./smoke";

/** Time between two tries, milliseconds, and how many there are: an update ended a moment ago. */
const [againMs, mostTries] = [5_000, 3];

function settings(stack: string, directory: string): Settings {
  const name = stackFileName(stack);
  const found = settingsOf(stack, directory);
  // Its own token is added when the local stack is run.
  const values =
    stack === localStackName ? { ...found.values, "hcloud:token": standIn } : found.values;
  const part = stackPart(name, { ...found, values }, new Date(), directory);
  const { settings: known, problems } = part.stackFile;
  if (known) return known;
  throw new Error(`${name} cannot be read: ${problems.join("; ")}`);
}

function line({ check, level, text, fix }: Finding): string {
  const mark = level === "failure" ? "FAIL" : level;
  return `${mark.padEnd(6)}${check.padEnd(13)}${text}${fix === undefined ? "" : `; ${fix}`}`;
}

/**
 * Asks the site of a stack as visitors do, up to three times, and prints each answer.
 *
 * @param stack name of the stack; undefined: the local stack.
 * @param directory checkout with the stack file that was applied last. @default this one
 * @returns whether all is well.
 * @throws Error if the stack is not up, or its file cannot be read.
 */
export async function testSite(
  stack: string | undefined,
  directory = repositoryRoot,
): Promise<boolean> {
  const site = siteOf(outputsOf(stack), settings(stack ?? localStackName, directory));
  const hasRoot = stack === undefined && existsSync(authorityFiles.root);
  const ca = hasRoot ? readFileSync(authorityFiles.root, "utf8") : undefined;
  const certificate: Ask["certificate"] = (name, at) => certificateAt(name, at, { ca });
  let found: Finding[] = [];
  for (let tries = 1; tries <= mostTries; tries++) {
    if (tries > 1) await new Promise((resolve) => setTimeout(resolve, againMs));
    found = await smoke(site, { status: statusAt, certificate, now: new Date() });
    if (!fails(found)) break;
  }
  for (const one of found) console.log(line(one));
  const failed = found.filter(({ level }) => level === "failure").length;
  console.log(failed > 0 ? `${failed} of ${found.length} failed` : "the site is well");
  return failed === 0;
}
