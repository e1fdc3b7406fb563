import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fails, type Finding } from "../doctor/finding";
import { settingsOf, standIn } from "./doctor/settings";
import { stackPart } from "./doctor/stack";
import { stackFileName } from "./deploy/stack-file";
import { authorityFiles } from "./local/authority-settings";
import { localStackName } from "./local/stack-name";
import { outputsOf } from "./operate/operated-stack";
import { certificateAt, statusAt } from "./smoke/answer";
import { type Ask, siteOf, smoke } from "./smoke/smoke";

const usage = "usage: npm run smoke -- [--stack <name>]";
/** Time between two tries, milliseconds, and how many there are: an update ended a moment ago. */
const [againMs, mostTries] = [5_000, 3];

function askedStack(): string | undefined {
  try {
    return parseArgs({ options: { stack: { type: "string" } } }).values.stack;
  } catch (error) {
    throw new Error(`${usage}; ${(error as Error).message}`, { cause: error });
  }
}

function settings(stack: string) {
  const name = stackFileName(stack);
  const found = settingsOf(stack);
  // Its own token is added when the local stack is run.
  const values =
    stack === localStackName ? { ...found.values, "hcloud:token": standIn } : found.values;
  const { settings: known, problems } = stackPart(name, { ...found, values }, new Date()).stackFile;
  if (known) return known;
  throw new Error(`${name} cannot be read: ${problems.join("; ")}`);
}

function line({ check, level, text, fix }: Finding): string {
  const mark = level === "failure" ? "FAIL" : level;
  return `${mark.padEnd(6)}${check.padEnd(13)}${text}${fix === undefined ? "" : `; ${fix}`}`;
}

/**
 * `npm run smoke -- [--stack <name>]`: whether the site answers, the app is well, each name has its certificate, and each
 * load balancer answers where it is reached. It asks the stack's own addresses, whatever DNS says. Status 1 if not.
 */
async function main(): Promise<void> {
  const stack = askedStack();
  const isLocal = stack === undefined || stack === localStackName;
  const site = siteOf(outputsOf(isLocal ? undefined : stack), settings(stack ?? localStackName));
  const root = isLocal && existsSync(authorityFiles.root) ? authorityFiles.root : undefined;
  const ca = root === undefined ? undefined : readFileSync(root, "utf8");
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
  if (failed > 0) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(`smoke stopped: ${error.message}`);
  process.exitCode = 1;
});
