import { z } from "zod";

/** What a stack ran at a moment. */
export const beforeShape = z.object({
  /** Commit of the program and the stack file, 40 hexadecimal digits. */
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** SHA-256 of the app's release. @default not known: an earlier release of this project made the outputs */
  release: z.string().optional(),
});

/** What a stack ran at a moment. */
export type Before = z.infer<typeof beforeShape>;

/** Updates as `pulumi stack history --json` prints them, the newest first. */
export const historyShape = z.array(
  z.object({
    kind: z.string(),
    result: z.string().optional(),
    message: z.string().default(""),
    environment: z.record(z.string(), z.string()).default({}),
  }),
);

/** Message of an update that goes back: the engine itself records the commit of the checkout, not that of the update. */
export function backMessage(commit: string): string {
  return `deploy:back to ${commit}`;
}

/**
 * The commit that the last complete update applied; or why it cannot be told, as a sentence.
 *
 * @param history updates of the stack, the newest first.
 */
export function deployedCommit(
  history: z.infer<typeof historyShape>,
): { commit: string } | { reason: string } {
  const last = history.find(({ kind, result }) => kind === "update" && result === "succeeded");
  if (!last) return { reason: "no update of the stack ended well yet" };
  // Without a message the engine takes the title of the commit, which may be any text.
  const message = last.environment["pulumi.flag.message"] === "set" ? last.message : "";
  const [, back] = /^deploy:back to ([0-9a-f]{40,64})$/.exec(message) ?? [];
  if (back !== undefined) return { commit: back };
  const commit = last.environment["git.head"];
  if (commit === undefined) return { reason: "the last update was made outside of a Git checkout" };
  if (last.environment["git.dirty"] === "true") {
    const short = commit.slice(0, 12);
    return { reason: `the last update had files that were not committed, on top of ${short}` };
  }
  return { commit };
}
