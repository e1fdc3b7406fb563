import { type DatabaseState, servingPrimaryOf } from "./databases";

/**
 * A change of the number of database nodes that has not ended, with what to do; undefined: every node is configured with
 * the nodes over which majorities are counted.
 */
export function unfinishedResize(
  states: ReadonlyMap<string, DatabaseState | undefined>,
): string | undefined {
  const known = [...states.values()].flatMap((state) => (state?.electorate ? [state] : []));
  const counting = states.get(servingPrimaryOf(states) ?? "") ?? known[0];
  const electorate = counting?.electorate;
  if (!electorate) return undefined;
  const { members, next } = electorate;
  const counted = next ? `${members.join(", ")}, and over ${next.join(", ")}` : members.join(", ");
  const others = [...states].filter(
    ([, state]) => state?.list && state.list.join() !== (next ?? members).join(),
  );
  if (!next && others.length === 0) return undefined;
  const names = others.map(([name, state]) => `${name} (${state!.list!.length} nodes)`).join(", ");
  const differing = names && `; configured otherwise: ${names}`;
  return `the number of database nodes changes: majorities are counted over ${counted}${differing}. New nodes count once all of them are ONLINE; else run pulumi up again, or set db.nodes as it was`;
}
