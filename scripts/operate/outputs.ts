import { z } from "zod";

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

/** A node of a stack. */
export type StackNode = z.infer<typeof outputsShape>["nodes"][number];

/** A stack with the files to reach its nodes. */
export type StackOutputs = z.infer<typeof outputsShape> & {
  /** Files for `ssh`. */
  files: {
    /** Private key, mode 0600. */
    key: string;
    /** Known host keys. */
    knownHosts: string;
  };
};
