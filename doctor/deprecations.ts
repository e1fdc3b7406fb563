import { type Finding, findingsOf } from "./finding";
import { alike, type Needs } from "./needs";
import type { Offer } from "./offer";

const { ok, warning, failure } = findingsOf("deprecations");

function day(time: string): string {
  return time.slice(0, 10);
}

/**
 * Deprecated server types and images, with their dates. After `unavailable_after` the API refuses new
 * servers, and the hcloud provider refuses them before it calls the API; existing servers keep running.
 * https://docs.hetzner.cloud/reference/cloud#server-types
 */
export function deprecationFindings(needs: Needs, offer: Offer, now: Date): Finding[] {
  const found = [...typeFindings(needs, offer, now), ...imageFindings(offer)];
  return found.length > 0 ? found : [ok("nothing that the stack uses is announced to go")];
}

function typeFindings({ servers }: Needs, { serverTypes }: Offer, now: Date): Finding[] {
  return alike(servers).flatMap((group) => {
    const { serverType: name, location } = group[0]!;
    const type = serverTypes.find((one) => one.name === name);
    const here = type?.locations.find((one) => one.name === location)?.deprecation;
    const deprecation = here ?? type?.deprecation;
    if (!deprecation) return [];
    const { announced, unavailable_after: end } = deprecation;
    const isOver = new Date(end) < now;
    const who = group.map((one) => one.name).join(", ");
    const keys = [...new Set(group.map(({ section }) => `webstack:${section}.serverType`))];
    const text = `${name} in ${location} (${who}) is deprecated since ${day(announced)}; no new servers after ${day(end)}`;
    const fix = `set ${keys.join(" and ")} to another type before that day: from then on a lost server is not made again`;
    const isWanted = group.some(({ now: current }) => current !== name);
    if (!isOver) return [warning(text, fix)];
    const after = `set ${keys.join(" and ")} to another type`;
    return [isWanted ? failure(text, after) : warning(text, after)];
  });
}

function imageFindings({ images }: Offer): Finding[] {
  return images.flatMap(({ name, architecture, deprecated }) =>
    deprecated
      ? [
          warning(
            `the image ${name} (${architecture}) is deprecated since ${day(deprecated)} and goes three months later`,
            "set webstack:image to a newer one: from then on a lost server is not made again",
          ),
        ]
      : [],
  );
}
