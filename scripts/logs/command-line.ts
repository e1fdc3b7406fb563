import { parseArgs } from "node:util";
import type { StackNode, StackOutputs } from "../operate/outputs";
import { withUsage } from "../operate/with-usage";

/** Arguments of `npm run logs`. */
export interface LogOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Tiers and nodes; at least one. */
  words: string[];
  /** True: new entries are followed. */
  follow: boolean;
  /** Time of the first entry, in UTC, in the form of `journalctl --since`. @default no limit */
  since?: string;
  /** Number of latest entries of each node; undefined: all. */
  entries: number | undefined;
}

const usage =
  "npm run logs -- <tier, node or app> [-f] [--since <time>] [-n <entries of each node>] [--stack <name>]";
/** Entries of each node if nothing else is said. */
const fewEntries = 50;
const maxEntries = 100_000;

/** Parses a command line. @throws Error that names the broken rule. */
export function parseCommandLine(args: readonly string[]): LogOptions {
  const options = {
    stack: { type: "string" },
    follow: { type: "boolean", short: "f", default: false },
    since: { type: "string" },
    entries: { type: "string", short: "n" },
  } as const;
  const { values, positionals: words } = withUsage(usage, () =>
    parseArgs({ args: [...args], options, allowPositionals: true }),
  );
  if (words.length === 0) throw new Error(`usage: ${usage}; got no tier and no node`);
  const { since, entries: text, follow, stack } = values;
  const number = text === undefined ? undefined : Number(text);
  if (number !== undefined && !(Number.isInteger(number) && number >= 0 && number <= maxEntries)) {
    throw new Error(
      `-n must be a whole number from 0 to ${maxEntries}, got ${text}; usage: ${usage}`,
    );
  }
  const entries = number ?? (since === undefined ? fewEntries : undefined);
  return { stack, words, follow, entries, ...(since === undefined ? {} : { since }) };
}

/** A journal, or the part of it that units wrote. */
export interface Journal {
  node: StackNode;
  /** Patterns of units. @default the whole journal */
  units?: readonly string[];
}

/** Units that run code of the app. */
const appUnits = [
  ...["app@*", "app-*", "worker-*", "cron-*"],
  ...["webstack-migrate.service", "webstack-table-check@*", "webstack-app-data.service"],
];

/**
 * The journals that words name: tiers or nodes. `app` is the app itself, on all of its nodes.
 *
 * @throws Error if a word names nothing.
 */
export function journalsOf({ nodes }: StackOutputs, words: readonly string[]): Journal[] {
  const tiers = ["lb", "web", "app", "db"];
  const names = nodes.map(({ name }) => name);
  const unknown = words.filter((word) => !tiers.includes(word) && !names.includes(word));
  if (unknown.length > 0) {
    throw new Error(`logs are of ${[...tiers, ...names].join(", ")}; got ${unknown.join(", ")}`);
  }
  return nodes.flatMap((node): Journal[] => {
    const whole = words.includes(node.name) || (node.role !== "app" && words.includes(node.role));
    if (whole) return [{ node }];
    return words.includes(node.role) ? [{ node, units: appUnits }] : [];
  });
}
