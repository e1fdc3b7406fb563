import type {
  ChangeRequest,
  CheckRequest,
  CreateRequest,
  Failure,
  ReadRequest,
} from "../plugin/plugin";
import { isMap, type Values } from "../plugin/values";
import { differences, inPlace } from "./difference";
import { impossibleChanges } from "./impossible-changes";
import type { InventoryItem } from "./resources";

type Things = Record<string, InventoryItem>;

/** A line of consent for the operator to copy into the stack file and to complete with a day. */
function line(verb: string, what: string): string {
  return `webstack:consent: ["${verb} ${what} until <YYYY-MM-DD>"]`;
}

function loss(
  name: string,
  thing: InventoryItem,
  verb: "delete" | "replace",
  allowed: readonly string[],
): string | undefined {
  const { asks } = thing;
  const what = asks.at(-1)!;
  const done = verb === "delete" ? "deleted" : "replaced";
  const lost = `${name.replace("/", ": ")} would be ${done}, and lost with it ${thing.holds}`;
  const isAllowed = asks.some((one) => allowed.includes(`${verb} ${one}`));
  if (!isAllowed) {
    const first = thing.protected
      ? ", run `pulumi up` with that line alone, which takes its protection away, and then with this edit"
      : "";
    return `${lost}. If that is meant, say so in the stack file: ${line(verb, what)}${first}`;
  }
  if (!thing.protected) return undefined;
  return (
    `${lost}. It is allowed, but still protected: undo this edit, run \`pulumi up\` with ` +
    "the line of consent alone, which takes its protection away, and then with this edit"
  );
}

function allowedBy({ allowed }: Values): readonly string[] {
  return Array.isArray(allowed) ? (allowed as string[]) : [];
}

/** The node with a part, such as `db-5` of `db-5/volume`; undefined for a thing of its own. */
function ownerOf(name: string): string | undefined {
  const [owner, part] = name.split("/");
  return part === undefined ? undefined : owner;
}

/**
 * The things with the places of their parts: a volume stays where the record has it, whatever `locations` names, and
 * so does a new server of its node. A line of consent lets the volume go where the next server is made, once an
 * `up` with that line has taken its protection away.
 */
export function settled(olds: Values, news: Values): unknown {
  if (!isMap(olds.things) || !isMap(news.things)) return news.things;
  const before = olds.things as unknown as Things;
  const allowed = allowedBy(news);
  const things = Object.entries(news.things as unknown as Things).map(([name, thing]) => {
    const [was, owner] = [before[name], ownerOf(name)];
    if (was === undefined || owner === undefined) return [name, thing];
    const mayMove = allowed.includes(`replace ${owner}`) && !was.protected;
    return [name, mayMove ? thing : { ...thing, is: was.is }];
  });
  return Object.fromEntries(things) as Things;
}

/**
 * All losses that the stack file does not allow, one sentence each. A part is lost by its deletion alone, see
 * {@link settled}.
 */
export function losses(olds: Values, news: Values): Failure[] {
  if (!isMap(olds.things) || !isMap(news.things)) return [];
  const [before, after] = [olds.things, news.things] as unknown as [Things, Things];
  const allowed = allowedBy(news);
  return Object.entries(before).flatMap(([name, thing]) => {
    const now = after[name];
    const owner = ownerOf(name);
    if (now && (owner !== undefined || now.is === thing.is)) return [];
    // The owner's sentence includes the parts that are deleted with it.
    if (owner !== undefined && owner in before && !(owner in after)) return [];
    const reason = loss(name, thing, now ? "replace" : "delete", allowed);
    return reason === undefined ? [] : [{ property: "", reason }];
  });
}

function isNewSize(path: string, kind: string): boolean {
  return kind === "add" && /^things\["[^"]+"\]\.sizeGb$/.test(path);
}

/** Everything that is refused: what no line of consent allows, and losses without one. */
function failuresOf(olds: Values, news: Values): Failure[] {
  const impossible = impossibleChanges(olds, news);
  const named = impossible.flatMap(({ names }) => names);
  const others = isMap(olds.things) ? without(olds.things, named) : olds.things;
  return [
    ...impossible.map(({ reason }) => ({ property: "", reason })),
    ...losses({ ...olds, things: others }, news),
    ...permanentSettingFailures(olds, news),
  ];
}

function without(things: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(things).filter(([name]) => !names.includes(name)));
}

/** Provider of inventories, which are records alone, see `resources.ts`: it checks the inputs and changes nothing. */
export const inventoryProvider = {
  version: "0.1.0",
  previews: false,

  check: ({ olds, news }: CheckRequest) => ({
    inputs: { things: settled(olds, news), ...(isMap(news.chosen) ? { chosen: news.chosen } : {}) },
    failures: failuresOf(olds, news),
  }),

  diff: ({ state, inputs }: ChangeRequest) =>
    // A size joins the recorded inputs of an earlier release's stack without a change in its preview.
    inPlace(differences(state, inputs).filter(({ path, kind }) => !isNewSize(path, kind))),

  create: async ({ inputs }: CreateRequest) => ({ id: "inventory", state: inputs }),
  read: async ({ id, state, inputs }: ReadRequest) => ({ id, state, inputs }),
  update: async ({ inputs }: ChangeRequest) => inputs,
  delete: async () => undefined,
  secrets: () => [],
};

/** A setting that is chosen when a stack is made. */
interface Choice {
  /** Value of a stack that does not set it. */
  fallback: string;
  /** Reason why it stays. */
  because: string;
}

const choices: Record<string, Choice> = {
  "network.publicAddresses": {
    fallback: "all",
    because:
      "a server gets or loses its public side only with the power off, and its way out with it, so the nodes keep what they were made with",
  },
};

/** Changes of settings that are chosen when a stack is made, one sentence each; none before the first record. */
export function permanentSettingFailures(olds: Values, news: Values): Failure[] {
  if (!isMap(olds.things)) return [];
  const [before, after] = [mapOf(olds.chosen), mapOf(news.chosen)];
  return Object.entries(choices).flatMap(([name, { fallback, because }]) => {
    const was = before[name] ?? fallback;
    const now = after[name] ?? fallback;
    if (was === now) return [];
    const reason =
      `webstack:${name} must stay ${String(was)}, got ${String(now)}: ${because}. Set it back to ${String(was)}; to have ${String(now)}, ` +
      "make a new stack beside this one, and bring the data there from the backups (docs/backups.md)";
    return [{ property: "", reason }];
  });
}

function mapOf(value: unknown): Values {
  return isMap(value) ? value : {};
}
