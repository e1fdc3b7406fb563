import type { WebStackArgs } from "./args";

/** True if the stack file consents to the verb for one of the things, such as a node's name or its tier. */
export function hasConsent(
  { consent }: Pick<WebStackArgs, "consent">,
  verb: WebStackArgs["consent"][number]["verb"],
  ...things: readonly string[]
): boolean {
  return consent.some((line) => line.verb === verb && things.includes(line.what));
}
