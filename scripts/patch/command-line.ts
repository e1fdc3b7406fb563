import { parseArgs } from "node:util";
import type { PackageChange, Pending } from "../../rolling/os-updates";
import type { Patched } from "../../rolling/patching";

/** The arguments of `npm run patch`. */
export interface PatchOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Tiers and nodes. */
  words: string[];
  /** True: the command only lists the changes of an upgrade. */
  isCheck: boolean;
  /** True: each node is rebooted, also if nothing asks for it. */
  rebootsAlways: boolean;
  /** True: the only node of a tier is patched too. */
  allowsOutage: boolean;
  /** True: no question before the first node. */
  yes: boolean;
}

/**
 * Parses `[--stack <name>] [--check] [--reboot] [--outage] [--yes] [tier or node ...]`; without words the command
 * is about the whole stack.
 *
 * @throws Error for an unknown option.
 */
export function parseCommandLine(args: readonly string[]): PatchOptions {
  const flag = { type: "boolean", default: false } as const;
  const options = {
    stack: { type: "string" },
    ...{ check: flag, reboot: flag, outage: flag, yes: flag },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  return {
    stack: values.stack,
    words: positionals.length > 0 ? positionals : ["lb", "web", "app", "db"],
    isCheck: values.check,
    rebootsAlways: values.reboot,
    allowsOutage: values.outage,
    yes: values.yes,
  };
}

/** Packages in a line; the rest is counted. */
const maxNamed = 8;

function plural(count: number): string {
  return `${count} package${count === 1 ? "" : "s"}`;
}

function versions({ name, from, to }: PackageChange): string {
  return from === undefined ? `${name} ${to} (new)` : `${name} ${from} -> ${to}`;
}

/** The changes of an upgrade of a node: a line for the node, and one for each package. */
export function pendingLines(name: string, pending: Pending): string[] {
  const { packages, isHalfDone, rebootReasons, hasUnattended } = pending;
  const what = [
    packages.length > 0 ? plural(packages.length) : "nothing to upgrade",
    ...(isHalfDone ? ["an upgrade was cut off in the middle"] : []),
    ...rebootReasons.map((reason) => `reboot: ${reason}`),
    ...(hasUnattended ? [] : ["no unattended-upgrades, so security updates come with patch alone"]),
  ];
  return [`${name}  ${what.join("; ")}`, ...packages.map((one) => `  ${versions(one)}`)];
}

/** The line about a node that was patched. */
export function patchedLine(name: string, patched: Patched, seconds: number): string {
  const { packages, rebootReasons, isUntouched } = patched;
  if (isUntouched) return `${name}: nothing to do`;
  const named = packages.slice(0, maxNamed).map(versions);
  const rest = packages.length - named.length;
  const list = [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
  return [
    `${name}: ${plural(packages.length)} upgraded${list === "" ? "" : ` (${list})`}`,
    rebootReasons.length > 0 ? `rebooted (${rebootReasons.join("; ")})` : "not rebooted",
    `${seconds} s`,
  ].join(", ");
}
