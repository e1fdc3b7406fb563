import { isMap } from "../plugin/values";
import type { Plan } from "./plan";
import { valueText } from "./values";

interface ServerType {
  name: string;
  deprecation?: Deprecation | null;
  locations?: { name: string; available?: boolean; deprecation?: Deprecation | null }[];
}

interface Deprecation {
  unavailable_after: string;
}

/**
 * Warnings about the server types of a plan: a type is retired on a day, or sold out at the location of a server that
 * the plan creates or resizes.
 *
 * @param answer answer to `GET /server_types`. https://docs.hetzner.cloud/reference/cloud#server-types
 */
export function offerWarnings({ steps }: Plan, answer: unknown): string[] {
  const list = isMap(answer) && Array.isArray(answer.server_types) ? answer.server_types : [];
  const types = new Map((list as ServerType[]).map((type) => [type.name, type]));
  const warnings = steps.flatMap(({ type, fate, before, after }) => {
    if (type !== "hcloud:index/server:Server" || fate === "delete") return [];
    const [name, location] = [valueText(after.serverType), valueText(after.location)];
    const found = types.get(name);
    if (!found) return [`server type ${name} is not for sale (any more)`];
    const here = found.locations?.find((one) => one.name === location);
    const end = here?.deprecation ?? found.deprecation;
    const isNew = fate !== "same" && before.serverType !== after.serverType;
    return [
      ...(end ? [`server type ${name} is given up; it cannot be had after ${day(end)}`] : []),
      ...(isNew && here?.available === false
        ? [`server type ${name} is sold out in ${location} now`]
        : []),
    ];
  });
  return [...new Set(warnings)];
}

function day({ unavailable_after: text }: Deprecation): string {
  return text.slice(0, 10);
}
