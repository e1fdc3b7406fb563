import type { Role } from "../topology";

/** A node as commands are sent to it. */
export interface HostNode {
  /** Name, such as `web-2`. */
  name: string;
  /** Its tier. */
  role: Role;
  /** Private IPv4 address, no prefix. */
  privateIp: string;
}

/** The hosts of a stack, whoever reaches them and how. */
export interface Hosts {
  /** All nodes, in the order of their tiers and numbers. */
  readonly nodes: readonly HostNode[];
  /**
   * Runs a command as the stack's login; resolves with its standard output.
   *
   * @param timeoutMs longest run, milliseconds. @default 15 s
   * @throws Error if the host cannot be reached, or the command does not end with 0 in time.
   */
  run(node: string, command: string, timeoutMs?: number): Promise<string>;
}

/** The other nodes of a node's tier. */
export function othersOf({ nodes }: Hosts, { name, role }: HostNode): HostNode[] {
  return nodes.filter((node) => node.role === role && node.name !== name);
}
