import { parseArgs } from "node:util";
import type { Found, ScanResult } from "./scan/result";
import type { Searched } from "./secrets";
import { minBytes } from "./variants";
import { withUsage } from "../operate/with-usage";

/** Arguments of `npm run secrets:audit`. */
export interface SecretsAuditOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Nodes to search; empty: all. */
  nodes: string[];
  /** True: secrets in allowed places are listed too. */
  showAllowed: boolean;
}

const usage = "npm run secrets:audit -- [--stack <name>] [--node <name> ...] [--allowed]";

/** Parses a command line. @throws Error with the usage for anything else. */
export function parseCommandLine(args: readonly string[]): SecretsAuditOptions {
  const options = {
    stack: { type: "string" },
    node: { type: "string", multiple: true, default: [] as string[] },
    allowed: { type: "boolean", default: false },
  } as const;
  return withUsage(usage, () => {
    const { stack, node, allowed } = parseArgs({ args: [...args], options }).values;
    return {
      stack,
      nodes: node,
      showAllowed: allowed,
    };
  });
}

/** Result of one searched place: a node, this machine, the cloud. */
export interface Seen {
  name: string;
  /** Undefined: the place could not be searched. */
  result?: ScanResult;
  /** Why the place could not be searched. */
  problem?: string;
}

function line(name: string, found: Found, { secrets }: Searched, own: ScanResult["own"]): string {
  const { secret, place, where, forms, why } = found;
  const { origin, bytes } = secrets[secret] ?? {
    origin: `${name}:${own[secret - secrets.length]!.origin}`,
    bytes: own[secret - secrets.length]!.bytes,
  };
  return `${name}  ${place} ${where}: ${origin} (${bytes} bytes, ${forms.join(" and ")}); ${why}`;
}

/** The report, without any secret: findings, places that could not be searched, and amounts. */
export function reportLines(
  searched: Searched,
  all: readonly Seen[],
  { showAllowed = false } = {},
): string[] {
  const lines = all.flatMap(({ name, result, problem }) => [
    ...(problem === undefined ? [] : [`${name}  COULD NOT BE SEARCHED: ${problem}`]),
    ...(result?.missed ?? []).map((what) => `${name}  NOT SEARCHED: ${what}`),
    ...(result?.found ?? []).map((one) => `FOUND    ${line(name, one, searched, result!.own)}`),
    ...(showAllowed ? (result?.allowed ?? []) : []).map(
      (one) => `allowed  ${line(name, one, searched, result!.own)}`,
    ),
    ...(result?.notes ?? []).map((note) => `note     ${name}  ${note}`),
  ]);
  const results = all.flatMap(({ result }) => result ?? []);
  const sum = (of: (result: ScanResult) => number) =>
    results.reduce((total, one) => total + of(one), 0);
  const { secrets, short, open } = searched;
  return [
    ...lines,
    ...short.map((origin) => `note     not searched, shorter than ${minBytes} bytes: ${origin}`),
    `${secrets.length} secrets of the stack and ${sum(({ own }) => own.length)} of its hosts; ` +
      `${open} values are certificates and public keys alone`,
    `searched: ${sum(({ read }) => read.files)} files (${Math.round(sum(({ read }) => read.bytes) / 1e6)} MB), ` +
      `${sum(({ read }) => read.processes)} processes, ${sum(({ read }) => read.entries)} journal entries ` +
      `in ${results.length} of ${all.length} places`,
    `in places where they may be: ${sum(({ allowed }) => allowed.length)}; found elsewhere: ${sum(({ found }) => found.length)}`,
  ];
}

/** True if a secret is in a forbidden place, or if a place could not be searched. */
export function isBad(all: readonly Seen[]): boolean {
  return all.some(({ result }) => !result || result.found.length + result.missed.length > 0);
}
