import type { Values } from "../plugin/values";
import type { Cost } from "./model";
import type { Plan, Step } from "./plan";
import type { Money, Prices } from "./price-list";
import { valueText } from "./values";

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
