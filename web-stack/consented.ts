import type { WebStackArgs } from "./args";

/** True if the stack file allows that for one of the things, such as a node's name and its tier. */
export function isAllowed(
  { consent }: Pick<WebStackArgs, "consent">,
  verb: WebStackArgs["consent"][number]["verb"],
  ...things: readonly string[]
): boolean {
  return consent.some((line) => line.verb === verb && things.includes(line.what));
}
