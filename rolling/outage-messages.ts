import type { HostNode } from "./hosts";

/** Change of a server's type. */
export interface TypeChange {
  from: string;
  to: string;
}

/**
 * Expected time from a server's drain until it is in service again, seconds; for messages, not a limit. Not
 * measured on the real cloud, where a change of type takes one to two minutes.
 */
export const expectedSeconds = 120;

/** Effect on visitors while a node is off and others of its tier serve. */
const noticed: Record<HostNode["role"], string> = {
  lb: "the address moves to the other one first; visitors notice nothing",
  web: "the other web nodes answer; visitors notice nothing",
  app: "the other app nodes answer; visitors notice nothing",
  db: "the others have the data; when the primary's turn comes, last, writes wait up to a second",
};

/** Effect of switching off the only node of a tier. */
const stops: Record<HostNode["role"], string> = {
  lb: "the site is",
  web: "the site is",
  app: "all but static files is",
  db: "the database is",
};

/** Seconds as text, such as `2 min`. */
function minutes(seconds: number): string {
  return `${Math.ceil(seconds / 60)} min`;
}

/** The preview's line about a server that changes its type. */
export function resizeLine(
  { name, role }: HostNode,
  { from, to }: TypeChange,
  tier: readonly string[],
): string {
  const what = `${name}: ${from} -> ${to}, with its disk as it is; off for about ${minutes(expectedSeconds)}`;
  if (tier.length === 1) {
    return `${what}. It is the only ${role} node: ${stops[role]} off that long`;
  }
  const all = minutes(expectedSeconds * tier.length);
  return `${what}, one server of the stack at a time (${tier.join(", ")}: about ${all}); ${noticed[role]}`;
}

/** Refusal to switch off a server without a substitute and without consent. */
export function outageRefusal(
  { name, role }: HostNode,
  { from, to }: TypeChange,
  today: Date,
): string {
  const until = today.toISOString().slice(0, 10);
  return (
    `${name} must be off to become ${to} (now ${from}), and it is the only ${role} node: ` +
    `${stops[role]} off for about ${minutes(expectedSeconds)}. ` +
    `Make its tier larger, or allow it in the stack file: webstack:consent: ["resize ${role} until ${until}"]`
  );
}
