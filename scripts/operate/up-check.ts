import { spawn } from "node:child_process";
import { z } from "zod";
import { callsTo } from "../../doctor/api";
import { stockFindings } from "../../doctor/availability";
import { needsOf } from "../../doctor/needs";
import { readOffer } from "../../doctor/offer";
import { cloudCall, type CloudProject } from "../../rolling/cloud-api";
import { stackFileName } from "../deploy/stack-file";
import { settingsOf, standIn } from "../doctor/settings";
import { stackPart } from "../doctor/stack";
import { localStackName, projectName, repositoryRoot } from "../local/paths";
import { refuseLocked } from "../resume/command-engine";
import type { StackNode } from "./outputs";

/** The fields of `npm run preview -- --json` that the check reads. */
const previewShape = z.object({
  refused: z.array(z.string()),
  hosts: z.array(
    z.object({
      node: z.string(),
      server: z.object({ text: z.string() }).optional(),
      release: z.object({ to: z.string().optional() }).optional(),
      files: z.array(z.object({ path: z.string() })),
      units: z.array(z.object({ unit: z.string(), verb: z.string() })),
      others: z.array(z.string()),
    }),
  ),
  cloud: z.array(z.object({ what: z.string(), kind: z.string(), isMinor: z.boolean() })),
});
type Planned = z.infer<typeof previewShape>;

/** Runs the preview with a refresh; its exit status is 1 for a refused plan too. */
function previewed(stack: string): Promise<{ stdout: string; stderr: string }> {
  const words = ["run", "--silent", "preview", "--", "--stack", stack, "--refresh", "--json"];
  return new Promise((resolve, reject) => {
    const child = spawn("npm", words, {
      cwd: repositoryRoot,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", () => resolve({ stdout, stderr }));
  });
}

/** The plan of an `up` with a refresh. @throws Error if there is none, with the end of the preview's messages. */
async function plannedUp(stack: string): Promise<Planned> {
  const { stdout, stderr } = await previewed(stack);
  try {
    return previewShape.parse(JSON.parse(stdout));
  } catch (error) {
    const reason = stderr.trim().slice(-2_000) || (error as Error).message;
    throw new Error(`the plan of an up could not be made, and nothing was touched: ${reason}`, {
      cause: error,
    });
  }
}

/** The planned changes, a line each. */
export function pendingLines({ hosts, cloud }: Omit<Planned, "refused">): string[] {
  return [
    ...hosts.map(({ node, server, release, files, units, others }) => {
      const parts = [
        ...(server ? [server.text] : []),
        ...(release ? [`release ${release.to ?? "none"}`] : []),
        ...units.map(({ unit, verb }) => `${verb} ${unit}`),
        ...files.map(({ path }) => path),
        ...others,
      ];
      return `${node}: ${parts.join(", ")}`;
    }),
    ...cloud.filter(({ isMinor }) => !isMinor).map(({ what, kind }) => `${what}: ${kind}`),
  ];
}

const serverShape = z.object({
  server: z.object({ location: z.object({ name: z.string() }).optional() }),
});

/**
 * Why the cloud could not make a new server for a node now, a sentence each; empty: it could. A database node's volume
 * keeps the new server at its place, unless a line of consent moves it.
 */
async function stockProblems(
  stack: string | undefined,
  { name, serverId }: StackNode,
  cloud: CloudProject,
  say: (line: string) => void,
): Promise<string[]> {
  const chosen = stack ?? localStackName;
  const found = settingsOf(chosen);
  const own = { "hcloud:token": standIn };
  const values = { ...found.values, ...(stack === undefined ? own : {}) };
  const part = stackPart(stackFileName(chosen), { ...found, values }, new Date());
  const { settings } = part.stackFile;
  if (!settings) {
    // The plan refused wrong settings already.
    say(
      `${name}: the stock of server types is not known, since secrets of the settings are not known here`,
    );
    return [];
  }
  const offer = await readOffer(callsTo(cloud.endpoint, cloud.token), settings.image);
  const identity = { project: projectName(), stack: chosen.split("/").at(-1)! };
  const needs = needsOf(settings, offer, identity);
  const wanted = needs.servers.find((server) => server.name === name);
  if (!wanted) return [];
  const moves = settings.consent.some(({ verb, what }) => verb === "replace" && what === name);
  const answer = await cloudCall(cloud, "GET", `/servers/${serverId}`);
  const now = answer === undefined ? undefined : serverShape.parse(answer).server.location?.name;
  const stays = wanted.section === "db" && settings.db.volumeGb !== undefined && !moves;
  const location = (stays ? now : undefined) ?? wanted.location;
  const servers = [{ ...wanted, location, now: undefined }];
  return stockFindings({ ...needs, servers }, offer)
    .filter(({ level }) => level === "failure")
    .map(({ text, fix }) => `${text}; ${fix}`);
}

/** What follows the loss of the node's present server or disk. */
export interface Following {
  /** The cloud of a server that is made anew; undefined: the server stays. */
  newIn: CloudProject | undefined;
  say: (line: string) => void;
}

/**
 * Checks, before a node loses its server or disk, that the `up` that follows is possible, and says what else that `up`
 * changes: a killed command may have left its lock, the consent may have expired since the last `up`, an edit may be
 * refused, and a server type may be sold out.
 *
 * @throws Error with all reasons; nothing was touched.
 */
export async function refuseUnlessUp(
  stack: string | undefined,
  node: StackNode,
  { newIn, say }: Following,
): Promise<void> {
  if (stack !== undefined) await refuseLocked(stack, say);
  const plan = await plannedUp(stack ?? localStackName);
  if (plan.refused.length > 0) {
    const reasons = plan.refused.map((reason) => `  ${reason}`).join("\n");
    throw new Error(
      `the up that makes ${node.name} serve again would be refused, and nothing was touched:\n${reasons}`,
    );
  }
  const lacking = newIn === undefined ? [] : await stockProblems(stack, node, newIn, say);
  if (lacking.length > 0) {
    throw new Error(
      `a new server for ${node.name} cannot be had, and nothing was touched: ${lacking.join("; ")}`,
    );
  }
  const pending = pendingLines(plan);
  if (pending.length === 0) return;
  say(`${node.name}: the up that follows also applies what is pending:`);
  for (const line of pending) say(`  ${line}`);
}
