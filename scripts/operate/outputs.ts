import { z } from "zod";

/** The stack's outputs that commands work with. */
export const outputsShape = z.object({
  url: z.string(),
  floatingIp: z.object({ ipv4: z.string(), ipv6: z.string().optional() }),
  nodes: z.array(
    z.object({
      name: z.string(),
      role: z.enum(["lb", "web", "app", "db"]),
      privateIp: z.string(),
      publicIp: z.string().optional(),
      // Not in the outputs of an earlier release.
      serverId: z.number().optional(),
    }),
  ),
  ssh: z.object({ user: z.string(), bastions: z.array(z.string()) }),
  // Not in the outputs of an earlier release of this project.
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

/** A node of a stack. */
export type StackNode = z.infer<typeof outputsShape>["nodes"][number];

/** A stack as commands reach it. */
export type StackOutputs = z.infer<typeof outputsShape> & {
  /** Files for `ssh`. */
  files: {
    /** Private key, mode 0600. */
    key: string;
    /** Host keys that were seen. */
    knownHosts: string;
  };
};
