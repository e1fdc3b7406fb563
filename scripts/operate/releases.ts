import { z } from "zod";
import { commandText, commandWords } from "../../config/command";
import { runtimeText } from "../../config/runtime";
import { releaseRuntime } from "../../config/runtime-schema";
import { type ReleaseFacts, type Start, startOf } from "../../release/facts";
import type { StackNode, StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** What a node has of the app's releases. */
export interface NodeReleases {
  /** SHA-256 of the one that runs. @default none does */
  current?: string;
  /** Those that ran, each once, the latest first; empty if the node does not remember. */
  ran: string[];
  /** Those that can be switched to at once, the newest first. */
  there: string[];
  /** What each of them says of itself, by SHA-256; not there: it says nothing. */
  facts: Map<string, ReleaseFacts>;
}

const root = "/srv/app";
const journal = "/var/lib/webstack/release-journal.json";
const digestForm = /^[0-9a-f]{64}$/;
/** Digits with which a release is named to a person. */
const shortLength = 12;

/** They come out of an archive and are shown on a terminal: what has another form is not known. */
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

/** Prints what runs, what ran, and each release with its facts, a line for each. */
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

/** What the lines of a node's listing say. */
export function releasesIn(lines: string): NodeReleases {
  const found: NodeReleases = { ran: [], there: [], facts: new Map() };
  for (const line of lines.split("\n")) {
    const [, kind, rest = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (kind === "current" && digestForm.test(rest)) found.current = rest;
    if (kind === "journal") {
      const { data } = journalShape.safeParse(json(rest));
      found.ran = [...new Set((data?.switches ?? []).map(({ digest }) => digest).reverse())];
    }
    const [digest = "", facts = ""] = [rest.slice(0, 64), rest.slice(65)];
    if (kind !== "release" || !digestForm.test(digest) || !/^ |^$/.test(rest.slice(64))) continue;
    found.there.push(digest);
    const { data } = factsShape.safeParse(json(facts));
    if (data) found.facts.set(digest, data as ReleaseFacts);
  }
  return found;
}

/** Nodes that have the app's releases, in the order in which a new one comes to them. */
export function releaseNodes({ nodes }: Pick<StackOutputs, "nodes">): StackNode[] {
  return ["app", "web"].flatMap((tier) => nodes.filter(({ role }) => role === tier));
}

/** What each of {@link releaseNodes} has, by name; undefined where one does not answer. */
export async function releasesOf(
  outputs: StackOutputs,
): Promise<Map<string, NodeReleases | undefined>> {
  const asked = releaseNodes(outputs).map(async ({ name }) => {
    const lines = await runOnNode(outputs, name, listing).catch(() => undefined);
    return [name, lines === undefined ? undefined : releasesIn(lines)] as const;
  });
  return new Map(await Promise.all(asked));
}

/** How a release on a node is started, as its own files say. */
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

/** A release in words: version, commit and time as far as it says them, and digits of its name. */
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

/** A line for each release that runs, with the nodes on which it does, and one for nodes that do not answer. */
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
