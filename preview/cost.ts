import type { Cost } from "./model";
import type { Plan, Step } from "./plan";
import { isMap, valueText, type Values } from "./values";

/** Net prices of a month. */
export interface Prices {
  /** Such as `EUR`. */
  currency: string;
  /** A server by type and location, such as `cpx22 nbg1`. */
  server: Record<string, number>;
  /** A public IPv4 address of a server by location. */
  serverIpv4: Record<string, number>;
  /** A floating address by kind and location, such as `ipv4 nbg1`. */
  floating: Record<string, number>;
  /** One GB of a volume. */
  volumeGb: number;
}

interface Located {
  location: string;
  price_monthly: { net: string };
}

interface Priced {
  name?: string;
  type?: string;
  prices: Located[];
}

/**
 * Reads the answer of `GET /pricing`. https://docs.hetzner.cloud/reference/cloud#pricing
 *
 * @throws Error if it is none.
 */
export function pricesOf(answer: unknown): Prices {
  const pricing = isMap(answer) ? answer.pricing : undefined;
  if (!isMap(pricing)) throw new Error("the cloud's answer to /pricing has no prices");
  const flat = (list: unknown) =>
    (list as Priced[]).flatMap(({ name, type, prices }) =>
      prices.map((one): [string, number] => [
        `${name ?? type} ${one.location}`,
        Number(one.price_monthly.net),
      ]),
    );
  const ips = flat(pricing.primary_ips).filter(([key]) => key.startsWith("ipv4 "));
  const volume = pricing.volume as { price_per_gb_month: { net: string } };
  return {
    currency: String(pricing.currency),
    server: Object.fromEntries(flat(pricing.server_types)),
    serverIpv4: Object.fromEntries(ips.map(([key, price]) => [key.slice(5), price])),
    floating: Object.fromEntries(flat(pricing.floating_ips)),
    volumeGb: Number(volume.price_per_gb_month.net),
  };
}

/** What the stack costs in a month, before and after; what is used, such as traffic, is not in it. */
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
  const found = (what: string, price: number | undefined) => {
    if (price === undefined) unpriced.add(what);
    return price ?? 0;
  };
  if (type === "hcloud:index/server:Server") {
    const [size, location] = [valueText(values.serverType), valueText(values.location)];
    const address = hasOwnIpv4(values) ? (prices.serverIpv4[location] ?? 0) : 0;
    const key = `${size} ${location}`;
    return found(`server type ${size} in ${location}`, prices.server[key]) + address;
  }
  if (type === "hcloud:index/volume:Volume") return Number(values.size) * prices.volumeGb;
  if (type === "hcloud:index/floatingIp:FloatingIp") {
    const key = `${valueText(values.type)} ${valueText(values.homeLocation)}`;
    return found(`floating address ${key}`, prices.floating[key]);
  }
  if (type === "hcloud:index/primaryIp:PrimaryIp" && values.type === "ipv4") {
    return Object.values(prices.serverIpv4)[0] ?? 0;
  }
  return 0;
}

/** Whether the server comes with a public IPv4 address that is no resource of its own. */
function hasOwnIpv4({ publicNets }: Values): boolean {
  if (!Array.isArray(publicNets) || publicNets.length === 0) return true;
  return (publicNets as Values[]).some(
    ({ ipv4Enabled, ipv4 }) => ipv4Enabled !== false && ipv4 === undefined,
  );
}
