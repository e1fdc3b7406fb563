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
  const warnings = steps.flatMap(({ type, name: step, fate, before, after }) => {
    if (type !== "hcloud:index/server:Server" || fate === "delete") return [];
    const [name, location] = [valueText(after.serverType), valueText(after.location)];
    const found = types.get(name);
    const isNew = fate !== "same" && before.serverType !== after.serverType;
    const what = `server type ${name} of ${settingOf(step)}`;
    if (!found) {
      const then = isNew ? "the up would stop there" : "a lost server is not made again";
      return [`${what} is not for sale (any more), so ${then}: choose another one`];
    }
    const here = found.locations?.find((one) => one.name === location);
    const end = here?.deprecation ?? found.deprecation;
    return [
      ...(end
        ? [`${what} is given up; it cannot be had after ${day(end)}: choose another one until then`]
        : []),
      ...(isNew && here?.available === false
        ? [
            `${what} is sold out in ${location} now, so the up would stop there: choose another one, other webstack:locations, or wait`,
          ]
        : []),
    ];
  });
  return [...new Set(warnings)];
}

/** The setting with the type of a server, such as `webstack:web.serverType` for `web-1-vm`. */
function settingOf(step: string): string {
  const tier = /^[a-z]+/.exec(step)?.[0] ?? step;
  return `webstack:${tier === "lb" ? "loadBalancers" : tier}.serverType`;
}

function day({ unavailable_after: text }: Deprecation): string {
  return text.slice(0, 10);
}
