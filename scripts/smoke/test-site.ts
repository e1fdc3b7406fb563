import { existsSync, readFileSync } from "node:fs";
import type { Settings } from "../../config";
import { fails, type Finding } from "../../doctor/finding";
import { stackFileName } from "../deploy/stack-file";
import { settingsOf, standIn } from "../doctor/settings";
import { stackPart } from "../doctor/stack";
import { authorityFiles } from "../local/authority";
import { localStackName, repositoryRoot } from "../local/paths";
import { outputsOf } from "../operate/operated-stack";
import { certificateAt, statusAt } from "./answer";
import { type Ask, siteOf, smoke } from "./smoke";

/** Time between two attempts, milliseconds, and number of attempts: an update ended a moment ago. */
const [againMs, mostTries] = [5_000, 3];

function settings(stack: string, directory: string): Settings {
  const name = stackFileName(stack);
  const found = settingsOf(stack, directory);
  // The local stack's token is added when its program runs.
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

/** Options of the smoke test. */
export interface TestOptions {
  /** Checkout whose stack file was applied last. @default this one */
  directory?: string;
  /** Longest wait for missing certificates, seconds, while all other checks pass. @default 0 */
  certificateSeconds?: number;
  /** True: a warning, such as a certificate that should have been renewed, counts as a failure. @default false */
  strict?: boolean;
}

/** True if only certificates fail, as after an update that added a name. */
function lacksCertificates(found: readonly Finding[]): boolean {
  const failed = found.filter(({ level }) => level === "failure");
  return failed.length > 0 && failed.every(({ check }) => check === "certificate");
}

/** Repeats the smoke test until all checks pass, or until the attempts are over and the wait for certificates has ended. */
async function repeated(
  ask: () => Promise<Finding[]>,
  certificateSeconds: number,
): Promise<Finding[]> {
  const end = performance.now() + certificateSeconds * 1000;
  for (let tries = 1; ; tries++) {
    const found = await ask();
    const isWaiting = lacksCertificates(found) && performance.now() < end;
    if (!fails(found) || (tries >= mostTries && !isWaiting)) return found;
    if (isWaiting && tries === mostTries) console.log("waits for certificates ...");
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

/**
 * Tests the site of a stack as visitors use it, up to three times or while it waits for certificates, and prints each
 * result.
 *
 * @param stack name of the stack; undefined: the local stack.
 * @returns true if all checks pass.
 * @throws Error if the stack is not up, or its file cannot be read.
 */
export async function testSite(
  stack: string | undefined,
  { directory = repositoryRoot, certificateSeconds = 0, strict = false }: TestOptions = {},
): Promise<boolean> {
  const site = siteOf(outputsOf(stack), settings(stack ?? localStackName, directory));
  const hasRoot = stack === undefined && existsSync(authorityFiles.root);
  const ca = hasRoot ? readFileSync(authorityFiles.root, "utf8") : undefined;
  const certificate: Ask["certificate"] = (name, at) => certificateAt(name, at, { ca });
  const ask = () => smoke(site, { status: statusAt, certificate, now: new Date() });
  const found = await repeated(ask, certificateSeconds);
  for (const one of found) console.log(line(one));
  const bad = strict ? ["failure", "warning"] : ["failure"];
  const failed = found.filter(({ level }) => bad.includes(level)).length;
  console.log(failed > 0 ? `${failed} of ${found.length} failed` : "the site is healthy");
  return failed === 0;
}
