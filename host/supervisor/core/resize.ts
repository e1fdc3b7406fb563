import type { LastView } from "./certificate";
import { type Electorate, isMajorityOf, isSameElectorate, listsOf } from "./electorate";
import type { NodeState } from "./node-state";
import { isConfirmed, knowing } from "./who-serves";

/**
 * The electorate that this node, as the confirmed primary, records next; undefined: none. The present one must be known
 * to a majority together with this primary's view.
 *
 * @param nodes names of all nodes, as this node is configured.
 */
export function nextElectorate(
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): Electorate | undefined {
  const { electorate, lastView } = self;
  if (!electorate || !isConfirmed(self, peers, nodes)) return undefined;
  const all = [{ ...self, list: nodes }, ...peers];
  const agreed = knowing(
    all.filter((one) => isSameElectorate(one, self)),
    self,
  );
  if (!isMajorityOf(agreed, listsOf(self, nodes))) return undefined;
  const stamp = { by: lastView, step: electorate.step + 1 };
  const { members, next } = electorate;
  // An electorate of a former primary: a step from it would not be later than what that primary may still record.
  if (next && !isSameView(electorate.by, lastView)) return { members, next, ...stamp };
  if (next) {
    const last = isWanted(members, next, all) ? members : next;
    return last.includes(self.node) ? { members: last, ...stamp } : undefined;
  }
  const list = wantedList(electorate, all);
  const isReady = list?.includes(self.node) && isMajorityOf(agreed, [list]);
  const added = list?.filter((name) => !members.includes(name)) ?? [];
  return list && isReady && added.every((name) => agreed.includes(name))
    ? { members, next: list, ...stamp }
    : undefined;
}

function isSameView(a: LastView | null, b: LastView | null): boolean {
  return (
    a?.epoch === b?.epoch &&
    a?.counter === b?.counter &&
    a?.turn === b?.turn &&
    a?.primary === b?.primary
  );
}

type Configured = Pick<NodeState, "node" | "list">;

/** True if most of the nodes that are in both lists are configured with the first one. No two lists are wanted at once. */
function isWanted(
  list: readonly string[],
  other: readonly string[],
  states: readonly Configured[],
): boolean {
  const staying = list.filter((name) => other.includes(name));
  const having = states.filter((one) => one.list && isSameList(one.list, list));
  return isMajorityOf(
    having.map(({ node }) => node),
    [staying],
  );
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

/** The list that is to replace the members: the one that most of the staying nodes are configured with; undefined: none. */
export function wantedList(
  { members }: Pick<Electorate, "members">,
  states: readonly Configured[],
): readonly string[] | undefined {
  const lists = states.flatMap(({ list }) => (list ? [list] : []));
  return lists.find((list) => !isSameList(list, members) && isWanted(list, members, states));
}
