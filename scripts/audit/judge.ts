import type { StackNode } from "../operate/outputs";
import { boundOf } from "./bounds";
import { clockProblems, sshdProblems, sysctlProblems } from "./rules";
import type { Seen } from "./seen";
import { openedPorts, strangeSockets } from "./sockets";

/** One unit of a node. */
export interface UnitRow {
  node: string;
  role: StackNode["role"];
  unit: string;
  /** Undefined: systemd gave none. */
  exposure: number | undefined;
  /** Undefined: a unit of the distribution, without a bound. */
  bound: number | undefined;
  /** True if the bound is met, or there is none. */
  good: boolean;
  /** Why the bound is higher than that of its like. */
  why?: string;
}

/** What was found on a node. */
export interface NodeAudit {
  node: string;
  role: StackNode["role"];
  units: UnitRow[];
  /** What is wrong, the units apart; a host that could not be asked has its reason here. */
  problems: string[];
  /** What was seen; undefined: the host could not be asked. */
  seen?: Seen;
}

/** What a node's rules depend on. */
export interface Expected {
  /** Login name of the operators. */
  adminUser: string;
  /** True for a host of the local cloud, whose kernel is the machine's. */
  isLocal: boolean;
}

/** Compares what was seen on a node with what must be. */
export function judge(
  { name: node, role }: Pick<StackNode, "name" | "role">,
  seen: Seen,
  { adminUser, isLocal }: Expected,
): NodeAudit {
  const units = seen.units.map(({ unit, exposure }): UnitRow => {
    const { most: bound, why } = boundOf(unit) ?? {};
    const good = bound === undefined || (exposure !== undefined && exposure <= bound);
    return { node, role, unit, exposure, bound, good, ...(why === undefined ? {} : { why }) };
  });
  const opened = openedPorts(
    role,
    seen.units.map(({ unit }) => unit),
  );
  const known = ["root", adminUser];
  const strangers = (names: readonly string[]) => names.filter((name) => !known.includes(name));
  return {
    node,
    role,
    units,
    problems: [
      ...seen.missed.map((what) => `not looked at: ${what}`),
      ...(units.length > 0
        ? []
        : ["converge's record names no unit: the node has no configuration"]),
      ...sshdProblems(seen.sshd, role === "lb"),
      ...sysctlProblems(seen.sysctls, isLocal),
      ...clockProblems(seen.clock, isLocal),
      ...strangeSockets(seen.sockets, opened),
      ...strangers(seen.shells).map((name) => `the user ${name} has a shell`),
      ...seen.passwords.map((name) => `the user ${name} has a password that opens the host`),
      ...strangers(seen.sudoGroup).map((name) => `the user ${name} is in a group with sudo`),
      ...seen.sudoers
        .filter(
          ({ line }) => !/^(root|%sudo|%admin)\s/.test(line) && !line.startsWith(`${adminUser} `),
        )
        .map(({ file, line }) => `${file} grants: ${line}`),
      ...seen.writable.map((path) => `everybody may write ${path}`),
      ...seen.strangeSetuid.map((path) => `${path} runs as its owner, and is of no package`),
    ],
    seen,
  };
}

/** True if a bound is missed, something is wrong, or a host could not be asked. */
export function isBad(all: readonly NodeAudit[]): boolean {
  return all.some(({ units, problems }) => problems.length > 0 || units.some(({ good }) => !good));
}
