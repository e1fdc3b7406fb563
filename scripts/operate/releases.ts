import { z } from "zod";
import { commandText, commandWords } from "../../config/command";
import { runtimeText } from "../../config/runtime";
import { releaseRuntime } from "../../config/release-schema";
import { type ReleaseFacts, type Start, startOf } from "../../release/facts";
import type { StackNode, StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** The app's releases on a node. */
export interface NodeReleases {
  /** SHA-256 of the running release. @default none runs */
  current?: string;
  /** A release for each recorded switch, the latest first; empty if the node has no record. */
  ran: string[];
  /** Releases on the node, the newest first; a switch to them needs no push. */
  there: string[];
  /** Facts about these releases by SHA-256; absent if a release has none. */
  facts: Map<string, ReleaseFacts>;
}

const root = "/srv/app";
const journal = "/var/lib/webstack/release-journal.json";
const digestForm = /^[0-9a-f]{64}$/;
/** Number of digits of a release's name in messages. */
const shortLength = 12;

/** Form of facts: they come from an archive and are printed on a terminal, so any other form counts as not known. */
const factsShape = z.object({
  version: z
    .string()
    .regex(/^[\w.+-]{1,64}$/)
    .optional()
    .catch(undefined),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .optional()
    .catch(undefined),
  time: z
    .string()
    .regex(/^[\dTZ:.-]{1,30}$/)
    .optional()
    .catch(undefined),
  dirty: z.literal(true).optional().catch(undefined),
  command: z
    .array(z.string())
    .refine((words) => commandWords(commandText(words)) !== undefined)
    .optional()
    .catch(undefined),
  runtime: releaseRuntime.optional().catch(undefined),
});
const journalShape = z.object({ switches: z.array(z.object({ digest: z.string() })) });

/** Command that prints, each on a line, the running release, those that ran, and each release with its facts. */
const listing = [
  `cd ${root} || exit 0`,
  'echo "current $(basename "$(readlink current)")"',
  `echo "journal $(sudo cat ${journal} 2>/dev/null | tr -d '\\n')"`,
  "cd releases || exit 0",
  `for name in $(ls -1t); do echo "release $name $(cat $name/.webstack-release.json 2>/dev/null | tr -d '\\n')"; done`,
].join("; ");

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses the lines of a node's listing. */
export function releasesIn(lines: string): NodeReleases {
  const found: NodeReleases = { ran: [], there: [], facts: new Map() };
  for (const line of lines.split("\n")) {
    const [, kind, rest = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (kind === "current" && digestForm.test(rest)) found.current = rest;
    if (kind === "journal") {
      const { data } = journalShape.safeParse(json(rest));
      found.ran = (data?.switches ?? []).map(({ digest }) => digest).reverse();
    }
    const [digest = "", facts = ""] = [rest.slice(0, 64), rest.slice(65)];
    if (kind !== "release" || !digestForm.test(digest) || !/^ |^$/.test(rest.slice(64))) continue;
    found.there.push(digest);
    const { data } = factsShape.safeParse(json(facts));
    if (data) found.facts.set(digest, data as ReleaseFacts);
  }
  return found;
}

/** Nodes with the app's releases, in the order in which they get a new release. */
export function releaseNodes({ nodes }: Pick<StackOutputs, "nodes">): StackNode[] {
  return ["app", "web"].flatMap((tier) => nodes.filter(({ role }) => role === tier));
}

/** Releases of each of {@link releaseNodes} by name; undefined for a node that does not answer. */
export async function releasesOf(
  outputs: StackOutputs,
): Promise<Map<string, NodeReleases | undefined>> {
  const answers = releaseNodes(outputs).map(async ({ name }) => {
    const lines = await runOnNode(outputs, name, listing).catch(() => undefined);
    return [name, lines === undefined ? undefined : releasesIn(lines)] as const;
  });
  return new Map(await Promise.all(answers));
}

/** Start command of a release on a node, from the release's own files. */
export async function startOnNode(
  outputs: StackOutputs,
  node: string,
  digest: string,
): Promise<Start> {
  const directory = `${root}/releases/${digest}`;
  const command = `test -e ${directory}/server.js && echo server; cat ${directory}/package.json 2>/dev/null | base64 -w 0`;
  const [first = "", second] = (await runOnNode(outputs, node, command)).split("\n");
  const hasServer = first === "server";
  const encoded = hasServer ? second : first;
  const packageJson = encoded ? Buffer.from(encoded, "base64").toString() : undefined;
  return startOf(packageJson, hasServer);
}

/** A release in words: version, commit and time as far as they are known, and digits of its name. */
export function releaseText(
  digest: string,
  { version, commit, time, dirty, runtime }: ReleaseFacts = {},
): string {
  const own = runtime && runtimeText(runtime);
  const parts = [
    ...(version ? [version] : []),
    ...(commit ? [`commit ${commit.slice(0, shortLength)}${time ? ` of ${time}` : ""}`] : []),
    ...(dirty ? ["with changes"] : []),
    ...(own === undefined ? [] : [own]),
    digest.slice(0, shortLength),
  ];
  return parts.join(", ");
}

/** A line for each running release with its nodes, and one for nodes that do not answer. */
export function runningLines(states: ReadonlyMap<string, NodeReleases | undefined>): string[] {
  const places = new Map<string, string[]>();
  for (const [name, state] of states) {
    const { current, facts } = state ?? {};
    const none = state ? "no release" : "does not answer";
    const text = current ? releaseText(current, facts?.get(current)) : none;
    places.set(text, [...(places.get(text) ?? []), name]);
  }
  return [...places].map(([text, names]) => `${text}  on ${names.join(", ")}`);
}
