import { z } from "zod";
import { type Values, isMap } from "../plugin/values";
import type { Cost } from "./model";
import type { Plan, Step } from "./plan";
import { valueText } from "./values";

const money = z.object({ net: z.coerce.number(), gross: z.coerce.number() });

const located = z.array(z.object({ location: z.string(), price_monthly: money }));

const typed = z.array(z.object({ type: z.string(), prices: located }));

const named = z.array(z.object({ name: z.string(), prices: located }));

/** A price without and with VAT. */
export type Money = z.infer<typeof money>;

/** Prices per month. */
export interface Prices {
  /** Currency, such as `EUR`. */
  currency: string;
  /** Prices of servers by type and location, such as `cpx22 nbg1`. */
  server: Record<string, Money>;
  /** Prices of a server's public IPv4 address by location. */
  serverIpv4: Record<string, Money>;
  /** Prices of floating addresses by kind and location, such as `ipv4 nbg1`. */
  floating: Record<string, Money>;
  /** Price of one GB of a volume. */
  volumeGb: Money;
}

/** The answer of `GET /pricing`, read as {@link Prices}. https://docs.hetzner.cloud/reference/cloud#pricing */
export const priceList = z
  .object({
    pricing: z.object({
      currency: z.string(),
      volume: z.object({ price_per_gb_month: money }),
      floating_ips: typed,
      primary_ips: typed,
      server_types: named,
    }),
  })
  .transform(({ pricing }): Prices => {
    const ipv4 = pricing.primary_ips.filter(({ type }) => type === "ipv4");
    return {
      currency: pricing.currency,
      server: byKey(pricing.server_types, ({ name }, location) => `${name} ${location}`),
      serverIpv4: byKey(ipv4, (_, location) => location),
      floating: byKey(pricing.floating_ips, ({ type }, location) => `${type} ${location}`),
      volumeGb: pricing.volume.price_per_gb_month,
    };
  });

function byKey<T extends { prices: z.infer<typeof located> }>(
  list: readonly T[],
  key: (one: T, location: string) => string,
): Record<string, Money> {
  return Object.fromEntries(
    list.flatMap((one) =>
      one.prices.map(({ location, price_monthly }) => [key(one, location), price_monthly]),
    ),
  );
}

/** Parses the answer to `GET /pricing`. @throws Error for any other answer. */
export function pricesOf(answer: unknown): Prices {
  const { success, data } = priceList.safeParse(answer);
  if (success) return data;
  throw new Error("the cloud's answer to /pricing has no prices");
}

/** Net cost of the stack per month, before and after; charges by use, such as traffic, are not included. */
export function costOf({ steps }: Plan, prices: Prices): Cost {
  const unpriced = new Set<string>();
  const sum = (side: (step: Step) => Values) =>
    steps.reduce((total, step) => total + priceOf(step.type, side(step), prices, unpriced), 0);
  const before = sum((step) => step.before);
  const after = sum((step) => step.after);
  return { before, after, currency: prices.currency, unpriced: [...unpriced] };
}

function priceOf(type: string, values: Values, prices: Prices, unpriced: Set<string>): number {
  if (Object.keys(values).length === 0) return 0;
  const found = (what: string, price: Money | undefined) => {
    if (price === undefined) unpriced.add(what);
    return price?.net ?? 0;
  };
  if (type === "hcloud:index/server:Server") {
    const [size, location] = [valueText(values.serverType), valueText(values.location)];
    const address = hasOwnIpv4(values) ? (prices.serverIpv4[location]?.net ?? 0) : 0;
    const key = `${size} ${location}`;
    return found(`server type ${size} in ${location}`, prices.server[key]) + address;
  }
  if (type === "hcloud:index/volume:Volume") return Number(values.size) * prices.volumeGb.net;
  if (type === "hcloud:index/floatingIp:FloatingIp") {
    const key = `${valueText(values.type)} ${valueText(values.homeLocation)}`;
    return found(`floating address ${key}`, prices.floating[key]);
  }
  if (type === "hcloud:index/primaryIp:PrimaryIp" && values.type === "ipv4") {
    return Object.values(prices.serverIpv4)[0]?.net ?? 0;
  }
  return 0;
}

/** True if the server has a public IPv4 address that is not a resource of its own. */
function hasOwnIpv4({ publicNets }: Values): boolean {
  if (!Array.isArray(publicNets) || publicNets.length === 0) return true;
  return (publicNets as Values[]).some(
    ({ ipv4Enabled, ipv4 }) => ipv4Enabled !== false && ipv4 === undefined,
  );
}

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
