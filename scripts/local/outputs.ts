import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { localPaths } from "./paths";

const schema = z.object({
  url: z.string(),
  floatingIp: z.object({ ipv4: z.string(), ipv6: z.string().optional() }),
  nodes: z.array(
    z.object({
      name: z.string(),
      role: z.enum(["lb", "web", "app", "db"]),
      privateIp: z.string(),
      publicIp: z.string().optional(),
    }),
  ),
  ssh: z.object({ user: z.string(), bastions: z.array(z.string()) }),
});

/** The stack's outputs that the local commands work with. */
export type StackOutputs = z.infer<typeof schema>;

/** Checks and keeps the outputs of a finished `up`; the private key goes to a 0600 file of its own. */
export function saveOutputs(outputs: Record<string, unknown>, privateKey: string): StackOutputs {
  const parsed = schema.parse(outputs);
  writeFileSync(localPaths.outputs, JSON.stringify(parsed, null, 2), { mode: 0o600 });
  writeFileSync(localPaths.sshKey, privateKey, { mode: 0o600 });
  return parsed;
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
  return schema.parse(JSON.parse(readFileSync(localPaths.outputs, "utf8")));
}
