import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "../../../config";
import { documentedSettings, isNamedMap } from "../../../config/setting";
import { settingsSchema } from "../../../config/schema";
import type { Generated } from "./generated";

/** The day on which every generated stack file is read. */
const today = new Date("2026-10-01T12:00:00Z");

/** Longest CPU time for one file, ms; the slowest one that was seen took a tenth. */
const mostMs = 2000;

/** A problem as we write it: key, rule, value found and fix, in one line. */
const sentence =
  /^(webstack:\S.*|hcloud:token) (must .+, got .+; .+|is not a setting; (did you mean webstack:[\w.<>]+\?|.+ takes \w+(, \w+)*))$/;
const heading = /^(\d+) problems? in Pulumi\.test\.yaml:$/;
/** What moves a cursor, ends a line or turns the direction of letters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** Longest sentence: the longest rule has 420 characters, and what is shown of a file is cut. */
const mostCharacters = 1200;

/** What became of a stack file. */
export interface Verdict {
  /** True if it was taken. */
  taken: boolean;
  /** Sentences of the refusal. */
  problems: string[];
  /** What must not be: a foreign error, a sentence in another form, a secret that is shown. */
  faults: string[];
}

/** Reads a stack file as `pulumi up` does, and judges the outcome. */
export function judge({ texts, secretKeys }: Generated, projectRoot: string): Verdict {
  pulumi.runtime.setAllConfig(texts, secretKeys);
  const start = process.cpuUsage();
  const outcome = readOrError(projectRoot);
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  const slow = ms > mostMs ? [`took ${Math.round(ms)} ms of CPU time`] : [];
  if (outcome === undefined) return { taken: true, problems: [], faults: slow };
  if (!(outcome instanceof pulumi.RunError)) {
    return { taken: false, problems: [], faults: [...slow, `threw ${foreign(outcome)}`] };
  }
  const [first = "", ...lines] = outcome.message.split("\n");
  const problems = lines.map((line) => line.replace(/^ {2}- /, ""));
  const count = Number(heading.exec(first)?.[1]);
  return {
    taken: false,
    problems,
    faults: [
      ...slow,
      ...(count === lines.length && count > 0 ? [] : [`${first} above ${lines.length} lines`]),
      ...(new Set(lines).size === lines.length ? [] : ["said the same twice"]),
      ...problems.flatMap(faultsOf),
    ],
  };
}

function readOrError(projectRoot: string): unknown {
  try {
    readSettings(projectRoot, today);
    return undefined;
  } catch (error) {
    return error;
  }
}

function foreign(error: unknown): string {
  const { stack = String(error) } = error as Error;
  return stack.split("\n").slice(0, 3).join(" ").slice(0, 400);
}

/** Settings that are maps with names of the stack file's own: a command that stores a whole one replaces all members. */
const namedMaps = documentedSettings(settingsSchema)
  .filter(({ schema }) => isNamedMap(schema))
  .map(({ path }) => `webstack:${path.join(".")}`);

function faultsOf(problem: string): string[] {
  const stored = [...problem.matchAll(/--path '([^']*)'/g)].map(([, path]) => path!);
  return [
    ...(stored.some((path) => namedMaps.includes(path)) ? [`replaces a map: ${problem}`] : []),
    ...(sentence.test(problem) ? [] : [`no sentence of ours: ${problem.slice(0, 300)}`]),
    ...(unprintable.test(problem) ? [`unprintable: ${JSON.stringify(problem)}`] : []),
    ...(problem.includes("CLASSIFIED") ? [`shows a secret: ${problem.slice(0, 300)}`] : []),
    ...(problem.length > mostCharacters
      ? [`${problem.length} long: ${problem.slice(0, 200)}`]
      : []),
    ...(/\bgot (NaN|undefined|\[object|function)/.test(problem) ? [`nonsense: ${problem}`] : []),
  ];
}
