import { missingFrom } from "../../host/supervisor/core/gtid";
import { askOnlyCopy, onlyCopyIn, onlyCopyRefusal, whyOnlyCopy } from "../../provider/only-copy";
import type { HostNode, Hosts } from "../../rolling/hosts";
import { databaseStates } from "../../rolling/node-states";

/** How a command treats data that only one server may have. */
export interface Keeping {
  /** True for a node that is out of service already: it may be dead. */
  isOut: boolean;
  /** True if the operator gives up what only that server has. */
  discards?: boolean;
}

const flag = "--discard";

/** The words without `--discard`, and whether it was among them. */
export function discardIn(args: readonly string[]): { args: string[]; discards: boolean } {
  return { args: args.filter((word) => word !== flag), discards: args.includes(flag) };
}

/**
 * Looks for data that no other server may have, before a database server is deleted: saved transactions, data that waits
 * for an operator, and transactions of a node outside of the group that no other node has. A dead server cannot be asked,
 * and its repair must not wait for that.
 *
 * @throws Error with what would be lost, unless the operator gives it up; or if a server in service cannot be asked.
 */
export async function refuseOnlyCopy(
  hosts: Hosts,
  { name, role }: HostNode,
  { isOut, discards = false }: Keeping,
  say: (line: string) => void,
): Promise<void> {
  if (role !== "db") return;
  let why: string[];
  try {
    const found = onlyCopyIn(await hosts.run(name, `sudo ${askOnlyCopy}`));
    why = [...whyOnlyCopy(found), ...(await beyondOthers(hosts, name, found.state))];
  } catch (error) {
    const { message } = error as Error;
    const text = `${name} cannot be asked whether it has data that no other server has: ${message.trim()}`;
    if (!isOut && !discards) throw new Error(`${text}; it was not deleted`, { cause: error });
    return say(`${text}; what its disk alone has is lost`);
  }
  if (why.length === 0) return;
  if (!discards) throw new Error(onlyCopyRefusal(name, why, `add ${flag} to npm run roll`));
  say(`${name}: loses, as ${flag} says, ${why.join("; ")}`);
}

/** Transactions of a node outside of the group that no other node has; the others are asked after it. */
async function beyondOthers(
  hosts: Hosts,
  name: string,
  state: ReturnType<typeof onlyCopyIn>["state"],
): Promise<string[]> {
  if (!state?.gtid || ["ONLINE", "RECOVERING"].includes(state.member?.state ?? "")) return [];
  const others = [...(await databaseStates(hosts))].filter(([other]) => other !== name);
  const extra = missingFrom(others.flatMap(([, other]) => other?.gtid || []).join(","), state.gtid);
  return extra === "" ? [] : [`transactions of which the other nodes lack some: ${extra}`];
}
