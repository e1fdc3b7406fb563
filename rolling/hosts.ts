import type { Role } from "../topology";

/** A node, as a target of commands. */
export interface HostNode {
  /** Name, such as `web-2`. */
  name: string;
  /** Tier. */
  role: Role;
  /** Private IPv4 address, no prefix. */
  privateIp: string;
}

/** The hosts of a stack, independent of how a program reaches them. */
export interface Hosts {
  /** All nodes, in the order of their tiers and numbers. */
  readonly nodes: readonly HostNode[];
  /**
   * Runs a command as the stack's login; resolves with the command's standard output.
   *
   * @param timeoutMs longest run, milliseconds. @default 15 s
   * @throws Error if the host is unreachable, or if the command does not exit with 0 in time.
   */
  run(node: string, command: string, timeoutMs?: number): Promise<string>;
}

/** Nodes of the same tier, without the node itself. */
export function othersOf({ nodes }: Hosts, { name, role }: HostNode): HostNode[] {
  return nodes.filter((node) => node.role === role && node.name !== name);
}
