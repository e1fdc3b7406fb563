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
 * What the cloud says of the server types that the plan uses: retired with its day, or sold out where a server
 * is to be made or resized.
 *
 * @param answer of `GET /server_types`. https://docs.hetzner.cloud/reference/cloud#server-types
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
