import { isDeepStrictEqual } from "node:util";
import { isMap, type Values } from "../plugin/values";
import type { Plan, Step } from "./plan";

/** Beginning of the description of a temporary firewall rule of `npm run admin:open`. */
export const openedUntil = "admin:open until ";

const firewallType = "hcloud:index/firewall:Firewall";

/** The plan without temporary firewall rules: they expire by themselves, and are no edit by hand. */
export function withoutOpenedRules(plan: Plan): Plan {
  return {
    ...plan,
    found: plan.found.map(closed).filter(({ fate }) => fate !== "same"),
    steps: plan.steps.map(closed),
  };
}

function closed(step: Step): Step {
  if (step.type !== firewallType || step.fate !== "update") return step;
  const [before, after] = [lasting(step.before), lasting(step.after)];
  return { ...step, before, after, fate: isDeepStrictEqual(before, after) ? "same" : "update" };
}

function lasting(values: Values): Values {
  const { rules } = values;
  if (!Array.isArray(rules)) return values;
  return { ...values, rules: rules.filter((rule) => !isOpened(rule)) };
}

function isOpened(rule: unknown): boolean {
  const description = isMap(rule) ? rule.description : undefined;
  return typeof description === "string" && description.startsWith(openedUntil);
}
