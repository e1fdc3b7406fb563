import { rules } from "../../../offline/hcloud/rules";
import { tables } from "../../../offline/hcloud/table";
import { tableStandIn } from "../../../offline/stand-in/table-stand-in";
import type { Values } from "../../../plugin/values";

/** The stand-in without a cloud behind it: enough for checks, plans and previews. */
export const standIn = tableStandIn({
  name: "hcloud",
  version: "1.41.0",
  tables,
  rules,
  operations: () => {
    throw new Error("no call is expected");
  },
});

/** The resource that every test is about. */
export function subject(type: string) {
  return { urn: `urn:pulumi:test::webstack::${type}::thing`, type, name: "thing" };
}

/** Inputs of `type` as the engine records them. */
export function checked(type: string, news: Values, olds: Values = {}) {
  return standIn.check({ ...subject(type), olds, news });
}

/** What a change of inputs plans: nothing, an update, or a replacement, and of which properties. */
export function plan(type: string, before: Values, after: Values, computed: Values = {}) {
  const oldInputs = checked(type, before).inputs;
  const { inputs } = checked(type, after, oldInputs);
  const { changes, deleteBeforeReplace } = standIn.diff({
    ...subject(type),
    id: "1",
    state: { ...computed, ...oldInputs },
    oldInputs,
    inputs,
  });
  const step =
    changes.length === 0 ? "none" : changes.some((one) => one.replaces) ? "replace" : "update";
  return { step, paths: changes.map(({ path }) => path), deleteBeforeReplace };
}
