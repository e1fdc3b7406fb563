import type { StackNode, StackOutputs } from "./outputs";

const roles = ["lb", "web", "app", "db"];

/**
 * The nodes that words name, by tier or by node, in the order of their replacement: the nodes in `busy`
 * (the primary, the load balancer with the floating IP) come last in their tier, so that each role moves once.
 *
 * @throws Error if a word names no node, or if a node is the only one of its tier.
 */
export function rollOrder(
  { nodes }: StackOutputs,
  words: readonly string[],
  busy: readonly (string | undefined)[],
): StackNode[] {
  const names = nodes.map(({ name }) => name);
  const unknown = words.filter((word) => !roles.includes(word) && !names.includes(word));
  if (unknown.length > 0 || words.length === 0) {
    const found = unknown.map((word) => JSON.stringify(word)).join(", ") || "nothing";
    throw new Error(`what to replace must be of ${[...roles, ...names].join(", ")}; got ${found}`);
  }
  const named = nodes.filter(({ name, role }) => words.includes(name) || words.includes(role));
  const alone = named.find(({ role }) => nodes.filter((node) => node.role === role).length === 1);
  if (alone) {
    const more = alone.role === "db" ? ", and its data with it" : "";
    throw new Error(
      `${alone.name} is the only one of its tier; the site would be off${more}. Make its tier larger first`,
    );
  }
  const rank = ({ name, role }: StackNode) =>
    roles.indexOf(role) * 2 + (busy.includes(name) ? 1 : 0);
  return [...named].sort((a, b) => rank(a) - rank(b));
}
