import type { StackNode, StackOutputs } from "./outputs";

const roles = ["lb", "web", "app", "db"];

/**
 * The nodes that words name, by tier or by node, one tier after the other: the nodes in `busy` (the primary, the
 * load balancer with the floating IP) come last in their tier, so that each role moves once.
 *
 * @param verb what happens to the nodes, for the message, such as `replace`.
 * @throws Error if a word names no node.
 */
export function nodeOrder(
  { nodes }: Pick<StackOutputs, "nodes">,
  words: readonly string[],
  busy: readonly (string | undefined)[],
  verb: string,
): StackNode[] {
  const names = nodes.map(({ name }) => name);
  const unknown = words.filter((word) => !roles.includes(word) && !names.includes(word));
  if (unknown.length > 0 || words.length === 0) {
    const found = unknown.map((word) => JSON.stringify(word)).join(", ") || "nothing";
    throw new Error(`what to ${verb} must be of ${[...roles, ...names].join(", ")}; got ${found}`);
  }
  const rank = ({ name, role }: StackNode) =>
    roles.indexOf(role) * 2 + (busy.includes(name) ? 1 : 0);
  return nodes
    .filter(({ name, role }) => words.includes(name) || words.includes(role))
    .sort((a, b) => rank(a) - rank(b));
}

/** The first of the nodes that is the only one of its tier. */
export function onlyOne(
  { nodes }: Pick<StackOutputs, "nodes">,
  named: readonly StackNode[],
): StackNode | undefined {
  return named.find(({ role }) => nodes.filter((node) => node.role === role).length === 1);
}

/**
 * The nodes to replace, in their order.
 *
 * @throws Error if a word names no node, or if a node is the only one of its tier.
 */
export function rollOrder(
  outputs: StackOutputs,
  words: readonly string[],
  busy: readonly (string | undefined)[],
): StackNode[] {
  const named = nodeOrder(outputs, words, busy, "replace");
  const alone = onlyOne(outputs, named);
  if (alone) {
    const more = alone.role === "db" ? ", and its data with it" : "";
    throw new Error(
      `${alone.name} is the only one of its tier; the site would be off${more}. Make its tier larger first`,
    );
  }
  return named;
}

/**
 * Works on nodes one after the other.
 *
 * @param command the command that goes on with the nodes that are left, such as `npm run roll`.
 * @throws Error at the first node that fails, with its name, the reason and the way on.
 */
export async function oneByOne(
  names: readonly string[],
  { command, stack }: { command: string; stack: string | undefined },
  work: (name: string) => Promise<void>,
): Promise<void> {
  for (const [i, name] of names.entries()) {
    try {
      await work(name);
    } catch (error) {
      const words = [...names.slice(i), ...(stack === undefined ? [] : ["--stack", stack])];
      throw new Error(
        `${name}: ${(error as Error).message.trim()}; no other server was begun. Mend the cause, then run ` +
          `\`${command} -- ${words.join(" ")}\`, which finishes this one and goes on`,
        { cause: error },
      );
    }
  }
}
