import lines from "./node-lines.json";

/** Runtime of a release, with at most one member. Empty: the Node.js of the distribution. */
export interface Runtime {
  /** Exact version of Node.js, such as `24.21.0`. */
  node?: string;
  /** Directory of the release with pip's packages for the distribution's Python; `.` is the release itself. */
  python?: string;
  /** Path of a program, relative to the release, such as `bin/shop`. */
  executable?: string;
}

/** The runtime without undefined members. */
export function describedRuntime(members: {
  [Name in keyof Runtime]?: Runtime[Name] | undefined;
}): Runtime {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as Runtime;
}

/** Processor architectures of hosts, by Node.js's names. */
export type Architecture = "x64" | "arm64";

/** A release line of Node.js: its exact version, with npm's integrity values of the packages. */
export type NodeLine = Record<"version" | Architecture, string>;

const known: Readonly<Record<string, NodeLine>> = lines;

/** Node.js release lines with long-term support that a stack file may name, such as `24`. */
export const nodeLines = Object.keys(known);

/** Oldest line with permitted exact versions: the oldest that was tried with the distribution's libraries. */
const oldestLine = 18;

/** The exact version for a line or a version, such as `24.21.0`; undefined for any other text. */
export function nodeVersion(named: string | number): string | undefined {
  const text = String(named);
  const line = known[text];
  if (line) return line.version;
  const [, major] = /^(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(text) ?? [];
  return major !== undefined && Number(major) >= oldestLine ? text : undefined;
}

/** npm's integrity value of a version's package, `sha512-…`; undefined for a version that no line names. */
export function nodeChecksum(version: string, architecture: Architecture): string | undefined {
  return Object.values(known).find((line) => line.version === version)?.[architecture];
}

/** A runtime in words, such as `Node.js 24.21.0`; undefined for the Node.js of the distribution. */
export function runtimeText({ node, python, executable }: Runtime): string | undefined {
  if (node !== undefined) return `Node.js ${node}`;
  if (python !== undefined) return "the distribution's Python";
  return executable === undefined ? undefined : `the executable ${executable}`;
}

/** Default command of a process: the runtime's executable. */
export function runtimeCommand({ executable }: Runtime): string[] | undefined {
  return executable === undefined ? undefined : [`./${executable}`];
}

/** Architecture of a server type: names of Ampere types begin with `cax`. Source: https://www.hetzner.com/cloud */
export function architectureOf(serverType: string): Architecture {
  return serverType.startsWith("cax") ? "arm64" : "x64";
}

/** Architecture of this machine; hosts of the local cloud have it for every server type. */
export function machineArchitecture(): Architecture {
  return process.arch === "arm64" ? "arm64" : "x64";
}

/** True for the API of a cloud on this machine. */
export function isLocalEndpoint(endpoint: string): boolean {
  return /^https?:\/\/(127\.|localhost\b|\[::1\])/.test(endpoint);
}
