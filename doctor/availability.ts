import { networkZones } from "../config/cloud-offer";
import { type Finding, findingsOf } from "./finding";
import { byTypeAndLocation, type Needs, type WantedServer } from "./needs";
import type { Offer, ServerType } from "./offer";

const stock = findingsOf("stock");

/** Servers that an `up` would create or resize, grouped by type and location. */
function orders({ servers }: Needs): WantedServer[][] {
  return byTypeAndLocation(servers.filter(({ now, serverType }) => now !== serverType));
}

/**
 * Checks that each server that an `up` would create or resize is in stock at its location. `available` is
 * the stock of this moment; the last servers may be sold by the time of the `up`.
 * https://docs.hetzner.cloud/reference/cloud#server-types
 */
export function stockFindings(needs: Needs, offer: Offer): Finding[] {
  const found = orders(needs);
  const failures = found.flatMap((servers) => lack(servers, offer));
  if (failures.length > 0) return failures;
  if (found.length === 0) return [stock.ok("all servers are there already")];
  const types = [...new Set(found.map(([first]) => first!.serverType))].join(", ");
  return [stock.ok(`${types} can be had where they are wanted now`)];
}

function lack(servers: readonly WantedServer[], offer: Offer): Finding[] {
  const { serverType: name, location } = servers[0]!;
  const type = offer.serverTypes.find((one) => one.name === name);
  const who = servers.map((one) => one.name).join(", ");
  const keys = [...new Set(servers.map(({ section }) => `webstack:${section}.serverType`))];
  const instead = (wanted?: ServerType) => {
    const others = wanted ? replacements(wanted, location, offer) : [];
    const [best] = others;
    return `set ${keys.join(" and ")} to ${best ? `for example ${best.name}` : "a type that is sold"}`;
  };
  if (!type) return [stock.failure(`${name} is no server type that is sold (${who})`, instead())];
  const images = offer.images.filter(({ architecture }) => architecture === type.architecture);
  const image: Finding[] =
    images.length > 0 || servers.every(({ now }) => now !== undefined)
      ? []
      : [
          stock.failure(
            `the image of webstack:image is not there for ${type.architecture}, which ${name} has (${who})`,
            "set webstack:image to the name of an image that the API lists, such as ubuntu-26.04",
          ),
        ];
  if (isAvailable(type, location)) return image;
  const where = type.locations
    .filter(({ name: place, available }) => available && isNear(place, location))
    .map((one) => one.name);
  const places = where.length > 0 ? `, or webstack:locations to some of ${where.join(", ")}` : "";
  const text = type.locations.some((one) => one.name === location)
    ? `${name} is sold out in ${location} (${who})`
    : `${name} is not sold in ${location} (${who})`;
  return [...image, stock.failure(text, `${instead(type)}${places}, or try again later`)];
}

/** True if a type is in stock at a location. An API older than September 2025 has no `locations`. */
function isAvailable({ locations }: ServerType, where: string): boolean {
  if (locations.length === 0) return true;
  return locations.some(({ name, available }) => name === where && available !== false);
}

/** True for a location in the same network zone: all nodes of a stack are in one zone. */
function isNear(place: string, location: string): boolean {
  return networkZones[place] === networkZones[location];
}

/** Types of at least that size and of the same architecture that are in stock there, the cheapest first. */
function replacements(
  type: ServerType,
  location: string,
  { serverTypes, prices }: Offer,
): ServerType[] {
  const price = ({ name }: ServerType) => prices.server[`${name} ${location}`]?.net ?? Infinity;
  return serverTypes
    .filter(
      (one) =>
        one.name !== type.name &&
        one.architecture === type.architecture &&
        one.cores >= type.cores &&
        one.memory >= type.memory &&
        one.disk >= type.disk &&
        !one.locations.some(({ name, deprecation }) => name === location && deprecation) &&
        isAvailable(one, location),
    )
    .sort((a, b) => price(a) - price(b));
}

const deprecations = findingsOf("deprecations");

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
  return found.length > 0
    ? found
    : [deprecations.ok("nothing that the stack uses is announced to go")];
}

function typeFindings({ servers }: Needs, { serverTypes }: Offer, now: Date): Finding[] {
  return byTypeAndLocation(servers).flatMap((group) => {
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
    if (!isOver) return [deprecations.warning(text, fix)];
    const after = `set ${keys.join(" and ")} to another type`;
    return [isWanted ? deprecations.failure(text, after) : deprecations.warning(text, after)];
  });
}

function imageFindings({ images }: Offer): Finding[] {
  return images.flatMap(({ name, architecture, deprecated }) =>
    deprecated
      ? [
          deprecations.warning(
            `the image ${name} (${architecture}) is deprecated since ${day(deprecated)} and goes three months later`,
            "set webstack:image to a newer one: from then on a lost server is not made again",
          ),
        ]
      : [],
  );
}
