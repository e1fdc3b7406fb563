import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { localPaths } from "../local/paths";

/** The stack's outputs that commands read. */
export const outputsShape = z.object({
  url: z.string(),
  floatingIp: z.object({ ipv4: z.string(), ipv6: z.string().optional() }),
  nodes: z.array(
    z.object({
      name: z.string(),
      role: z.enum(["lb", "web", "app", "db"]),
      privateIp: z.string(),
      publicIp: z.string().optional(),
      // The outputs of an earlier release of this project lack it.
      serverId: z.number().optional(),
      // The outputs of an earlier release of this project lack it too.
      hostKey: z.string().optional(),
    }),
  ),
  ssh: z.object({ user: z.string(), bastions: z.array(z.string()) }),
  // The outputs of an earlier release of this project lack it.
  release: z
    .object({
      digest: z.string(),
      version: z.string().optional(),
      commit: z.string().optional(),
      time: z.string().optional(),
      dirty: z.boolean().optional(),
    })
    .optional(),
});

/** The cloud's number of a node's server. @throws Error if the outputs are of an earlier release, which lack it. */
export function serverIdOf({ serverId }: StackNode): number {
  if (serverId !== undefined) return serverId;
  throw new Error("the outputs are of an earlier release of this project; run up first");
}

/** Alias of a node's server for host keys: a new server with the same name and address has a new key. */
export function hostKeyAlias({ name, serverId }: StackNode): string | undefined {
  return serverId === undefined ? undefined : `${name}-${serverId}`;
}

/** The pinned host keys as a file for `ssh`. */
export function pinnedHostsText(nodes: readonly StackNode[]): string {
  const lines = nodes.flatMap((node) => {
    const alias = hostKeyAlias(node);
    return alias === undefined || node.hostKey === undefined ? [] : [`${alias} ${node.hostKey}\n`];
  });
  return lines.join("");
}

/** A node of a stack. */
export type StackNode = z.infer<typeof outputsShape>["nodes"][number];

/** A stack with the files to reach its nodes. */
export type StackOutputs = z.infer<typeof outputsShape> & {
  /** Files for `ssh`. */
  files: {
    /** Private key, mode 0600. */
    key: string;
    /** Host keys seen by `ssh`, of nodes without a pinned one. */
    knownHosts: string;
    /** Host keys that the outputs pin. @default every node has its key in `knownHosts` */
    pinnedHosts?: string;
  };
};

const files = {
  key: localPaths.sshKey,
  knownHosts: localPaths.knownHosts,
  pinnedHosts: localPaths.pinnedHosts,
};

/** Checks and keeps the outputs of a finished `up`; the private key goes to a 0600 file of its own. */
export function saveOutputs(outputs: Record<string, unknown>, privateKey: string): StackOutputs {
  const parsed = outputsShape.parse(outputs);
  writeFileSync(localPaths.outputs, JSON.stringify(parsed, null, 2), { mode: 0o600 });
  writeFileSync(localPaths.pinnedHosts, pinnedHostsText(parsed.nodes), { mode: 0o600 });
  writeFileSync(localPaths.sshKey, privateKey, { mode: 0o600 });
  return { ...parsed, files };
}

/**
 * The outputs of the last finished `up:local`.
 *
 * @throws Error if there was none.
 */
export function readOutputs(): StackOutputs {
  if (!existsSync(localPaths.outputs)) {
    throw new Error("there is no local stack here; start it with: npm run up:local");
  }
  return { ...outputsShape.parse(JSON.parse(readFileSync(localPaths.outputs, "utf8"))), files };
}
