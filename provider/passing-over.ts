import { isMap, type Values } from "../plugin/values";
import type { HostUnreachable } from "./connect";
import { differences } from "./difference";
import { type Inputs, inputsOf, type State, type TierHost } from "./inputs";

/** Number of changes that a message names. */
const namedChanges = 5;

/** Tests whether another host of the tier can be logged in to now. */
export type IsReached = (host: TierHost) => Promise<boolean>;

/** A planned change of one host. */
export interface PlannedChange {
  state: State;
  inputs: Inputs;
}

/**
 * Hosts of one run that cannot be reached and are passed over, so that the others get their edits. A host is passed over
 * only if it had a configuration before, if no later step of the run builds on its change, and if at least half of its
 * tier is reached.
 */
export class PassingOver {
  private readonly nodes = new Map<string, string[]>();

  /** True once a host was passed over. */
  get hasBegun(): boolean {
    return this.nodes.size > 0;
  }

  /**
   * Checks that a host may be changed while others of its tier are passed over.
   *
   * @throws Error if the change would take a node out of service that the tier needs now.
   */
  checkChange({ state, inputs }: PlannedChange): void {
    const away = this.nodes.get(inputs.role) ?? [];
    if (away.length === 0) return;
    const count = inputs.tier?.length ?? 1;
    const units = disturbed(state, inputs);
    if (units.length === 0 || count - away.length - 1 >= needed(inputs.role, count)) return;
    throw new Error(
      `${inputs.node} was not changed: the change restarts ${units.join(", ")} while ${away.join(", ")} cannot be ` +
        `reached, and the tier ${inputs.role} has no other node for that time. ${remedy(away, inputs.role)}`,
    );
  }

  /**
   * Passes a host over.
   *
   * @returns the recorded state with the reason, so that the next `up` plans the same change again.
   * @throws Error with the reason of `error`, and with why the host is not passed over.
   */
  async pass(
    error: HostUnreachable,
    { state, inputs }: PlannedChange,
    isReached: IsReached,
  ): Promise<State> {
    const { node, role, connection, tier } = inputs;
    const reason = buildsOn(state, inputs) ?? (await this.tooFew(inputs, isReached));
    if (reason !== undefined) {
      error.message += `; the run stops here, because ${reason}. ${remedy([node], role)}`;
      throw error;
    }
    this.nodes.set(role, [...(this.nodes.get(role) ?? []), node]);
    const unreached = `${error.message}; not changed there: ${changesOf(state, inputs)}`;
    // The route is not the host's: the next refresh and a deletion need the present one. The login name is the host's.
    const { user } = state.connection;
    return { ...state, connection: { ...connection, user }, ...(tier ? { tier } : {}), unreached };
  }

  /** Why too few hosts of the tier are reached; undefined: they are enough. */
  private async tooFew(
    { node, role, tier = [] }: Inputs,
    isReached: IsReached,
  ): Promise<string | undefined> {
    const others = tier.filter((one) => one.node !== node);
    if (others.length === 0) return `it is the only ${role} node`;
    const away = this.nodes.get(role) ?? [];
    const asked = others.filter((one) => !away.includes(one.node));
    const answers = await Promise.all(asked.map(isReached));
    const reached = asked.filter((_, i) => answers[i]).map((one) => one.node);
    if (2 * reached.length >= tier.length) return undefined;
    return `of ${tier.map((one) => one.node).join(", ")} only ${reached.join(", ") || "none"} can be reached`;
  }
}

/** What to do about nodes that cannot be reached. A dead database server cannot say whether its disk has the only copy. */
function remedy(nodes: readonly string[], role: string): string {
  const loses =
    role === "db" ? "; what only its disk has, such as saved transactions, is lost" : "";
  return `Start ${nodes.join(", ")}, or replace the server (npm run roll${loses}), and run \`up\` again`;
}

/** Number of nodes of a tier that must serve: of the databases a majority. */
function needed(role: string, count: number): number {
  return role === "db" ? Math.floor(count / 2) + 1 : 1;
}

/** Why later steps of the run need this host's change; undefined: none does. */
function buildsOn(state: State, inputs: Inputs): string | undefined {
  const { role, node, tier } = inputs;
  if (role === "app" && tier?.[0]?.node === node && isOtherRelease(state, inputs)) {
    return "the first app node migrates the database before the others switch to the release";
  }
  if (role === "db" && disturbed(state, inputs).length > 0) {
    return "the app is changed only after all databases have such a change";
  }
  return undefined;
}

function isOtherRelease({ release: before }: State, { release: after }: Inputs): boolean {
  return differences(before, after).some(({ path }) => !/^(archive|runtimeArchive)$/.test(path));
}

/**
 * Units whose restart by the change somebody would notice: of a database node all, of others those that drain the node
 * before. A change of packages counts for all units, since an upgrade restarts services.
 */
function disturbed(state: State, inputs: Inputs): string[] {
  const changes = differences(values(state), values(inputs));
  const paths = new Set(
    changes.flatMap(({ path }) => {
      const [, file] = /^(?:files|attributes|secrets)\["(.*)"\]$/.exec(path) ?? [];
      return file === undefined ? [] : [file];
    }),
  );
  const hasPackages = changes.some(({ path }) => path.startsWith("packages"));
  return inputs.services
    .filter(({ aside }) => inputs.role === "db" || aside !== undefined)
    .filter(({ restartFiles }) => hasPackages || restartFiles.some((path) => paths.has(path)))
    .map(({ unit }) => unit);
}

function values(inputs: Inputs): Values {
  const { files, attributes, secrets, packages } = inputs;
  return { files, attributes, secrets, packages };
}

/** Names of the changes without contents: paths of files, or properties. */
function changesOf(state: State, inputs: Inputs): string {
  const changes = differences(inputsOf(state), inputs);
  const names = changes.flatMap(({ path }) => {
    if (path.startsWith("connection")) return [];
    const [, file] = /^\w+\["(.*?)"\]/.exec(path) ?? [];
    return file ?? path.split(/[.[]/)[0]!;
  });
  const all = [...new Set(names)];
  if (all.length === 0) return "nothing but what an earlier run left out";
  const rest = all.length - namedChanges;
  return [...all.slice(0, namedChanges), ...(rest > 0 ? [`and ${rest} more`] : [])].join(", ");
}

/** True if a recorded state is of a host that was passed over. */
export function wasPassedOver(state: unknown): boolean {
  return isMap(state) && state.unreached !== undefined;
}
