import lines from "./node-lines.json";

/** What runs a release. Empty: the Node.js of the distribution. One member at most. */
export interface Runtime {
  /** Exact version of Node.js, such as `24.21.0`. */
  node?: string;
  /** Directory of the release with what pip installed for the distribution's Python; `.` is the release itself. */
  python?: string;
  /** Program of the release, relative to it, such as `bin/shop`. */
  executable?: string;
}

/** A runtime without members that are there and say nothing. */
export function describedRuntime(members: {
  [Name in keyof Runtime]?: Runtime[Name] | undefined;
}): Runtime {
  const told = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as Runtime;
}

/** Processor architectures that hosts may have, as Node.js calls them. */
export type Architecture = "x64" | "arm64";

/** A line of Node.js: the version that it stands for, with npm's sums of its packages. */
export type NodeLine = Record<"version" | Architecture, string>;

const known: Readonly<Record<string, NodeLine>> = lines;

/** Lines of Node.js with long-term support that a stack may name, such as `24`. */
export const nodeLines = Object.keys(known);

/** Oldest line of which an exact version may be named: the oldest that the distribution's libraries were tried with. */
const oldestLine = 18;

/** The exact version that a line or a version means, such as `24.21.0`; undefined if it is neither. */
export function nodeVersion(named: string | number): string | undefined {
  const text = String(named);
  const line = known[text];
  if (line) return line.version;
  const [, major] = /^(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(text) ?? [];
  return major !== undefined && Number(major) >= oldestLine ? text : undefined;
}

/** npm's sum of the package of a version, `sha512-…`; undefined if it is no line's. */
export function nodeChecksum(version: string, architecture: Architecture): string | undefined {
  return Object.values(known).find((line) => line.version === version)?.[architecture];
}

/** A runtime in words, such as `Node.js 24.21.0`; undefined for the Node.js of the distribution. */
export function runtimeText({ node, python, executable }: Runtime): string | undefined {
  if (node !== undefined) return `Node.js ${node}`;
  if (python !== undefined) return "the distribution's Python";
  return executable === undefined ? undefined : `the executable ${executable}`;
}

/** The command of a process if nothing else is said: an executable is one. */
export function runtimeCommand({ executable }: Runtime): string[] | undefined {
  return executable === undefined ? undefined : [`./${executable}`];
}

/** Architecture of a server type: those of Ampere begin with `cax`. Source: https://www.hetzner.com/cloud */
export function architectureOf(serverType: string): Architecture {
  return serverType.startsWith("cax") ? "arm64" : "x64";
}

/** Architecture of this machine, which hosts of the local cloud have, whatever their server type says. */
export function machineArchitecture(): Architecture {
  return process.arch === "arm64" ? "arm64" : "x64";
}

/** True for the API of a cloud on this machine. */
export function isLocalEndpoint(endpoint: string): boolean {
  return /^https?:\/\/(127\.|localhost\b|\[::1\])/.test(endpoint);
}
