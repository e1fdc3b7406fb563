import type {
  ChangeRequest,
  CheckRequest,
  CreateRequest,
  Failure,
  ReadRequest,
} from "../plugin/plugin";
import { isMap, type Values } from "../plugin/values";
import { changedChoices } from "./choices";
import { differences, inPlace } from "./difference";
import type { InventoryThing } from "./resources";

type Things = Record<string, InventoryThing>;

/** A line of consent for the operator to copy into the stack file and to complete with a day. */
function line(verb: string, what: string): string {
  return `webstack:consent: ["${verb} ${what} until <YYYY-MM-DD>"]`;
}

function loss(
  name: string,
  thing: InventoryThing,
  verb: "delete" | "replace",
  allowed: readonly string[],
): string | undefined {
  // A part that is replaced alone, such as a volume, has the consent of its node: one node at a time.
  const [owner] = name.split("/");
  const asks = verb === "replace" && owner !== name ? [owner!] : thing.asks;
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

/** All losses that the stack file does not allow, one sentence each. */
export function losses(olds: Values, news: Values): Failure[] {
  if (!isMap(olds.things) || !isMap(news.things)) return [];
  const [before, after] = [olds.things, news.things] as unknown as [Things, Things];
  const allowed = Array.isArray(news.allowed) ? (news.allowed as string[]) : [];
  return Object.entries(before).flatMap(([name, thing]) => {
    const now = after[name];
    if (now && now.is === thing.is) return [];
    const [owner] = name.split("/");
    // The owner's sentence includes the parts that are deleted with it.
    if (owner !== name && owner! in before && !(owner! in after)) return [];
    const reason = loss(name, thing, now ? "replace" : "delete", allowed);
    return reason === undefined ? [] : [{ property: "", reason }];
  });
}

/** Provider of inventories, which are records alone, see `resources.ts`: it checks the inputs and changes nothing. */
export const inventoryProvider = {
  version: "0.1.0",
  previews: false,

  check: ({ olds, news }: CheckRequest) => ({
    inputs: { things: news.things, ...(isMap(news.chosen) ? { chosen: news.chosen } : {}) },
    failures: [...losses(olds, news), ...changedChoices(olds, news)],
  }),

  diff: ({ state, inputs }: ChangeRequest) => inPlace(differences(state, inputs)),

  create: async ({ inputs }: CreateRequest) => ({ id: "inventory", state: inputs }),
  read: async ({ id, state, inputs }: ReadRequest) => ({ id, state, inputs }),
  update: async ({ inputs }: ChangeRequest) => inputs,
  delete: async () => undefined,
  secrets: () => [],
};
