import type { Money, Prices } from "../preview/price-list";
import { type Finding, findingsOf } from "./finding";
import { byTypeAndLocation, type Needs } from "./needs";
import type { Offer } from "./offer";

const { ok, note } = findingsOf("prices");

/** One item of the monthly bill. */
export interface Item {
  count: number;
  /** Description, such as `cpx22 in nbg1`. */
  what: string;
  /** Price of one piece per month. */
  price: Money | undefined;
}

/**
 * Items of the stack's monthly bill: servers with their IPv4 addresses (an IPv6 network costs nothing),
 * floating addresses, volumes. The items omit object storage, and traffic beyond the included volume.
 */
export function items({ servers, floatingIps, home, volumesGb }: Needs, prices: Prices): Item[] {
  const reachable = servers.filter(({ isPublic }) => isPublic);
  const places = [...new Set(reachable.map(({ location }) => location))];
  const gb = volumesGb.reduce((sum, one) => sum + one, 0);
  return [
    ...byTypeAndLocation(servers).map((group) => ({
      count: group.length,
      what: `${group[0]!.serverType} in ${group[0]!.location}`,
      price: prices.server[`${group[0]!.serverType} ${group[0]!.location}`],
    })),
    ...places.map((location) => ({
      count: reachable.filter((one) => one.location === location).length,
      what: `primary IPv4 in ${location}`,
      price: prices.serverIpv4[location],
    })),
    ...floatingIps.map((type) => ({
      count: 1,
      what: `floating ${type === "ipv4" ? "IPv4" : "IPv6"}`,
      price: prices.floating[`${type} ${home}`],
    })),
    ...(gb > 0 ? [{ count: gb, what: "GB of volumes", price: prices.volumeGb }] : []),
  ];
}

/** Sum of the items per month. */
export function monthly(all: readonly Item[]): Money {
  const sum = (kind: keyof Money) =>
    all.reduce((total, { count, price }) => total + count * (price?.[kind] ?? 0), 0);
  return { net: sum("net"), gross: sum("gross") };
}

/** Reports the stack's monthly cost by the API's present prices; the project stores no price. */
export function priceFindings(needs: Needs, { prices }: Offer): Finding[] {
  const all = items(needs, prices);
  const { net, gross } = monthly(all);
  const { currency } = prices;
  const parts = all
    .filter(({ price }) => price && price.net > 0)
    .map(({ count, what, price }) => `${count} × ${what} ${(count * price!.net).toFixed(2)}`);
  const unknown = all.filter(({ price }) => !price).map(({ what }) => what);
  return [
    ok(`${net.toFixed(2)} ${currency} a month, ${gross.toFixed(2)} with VAT: ${parts.join(", ")}`),
    ...(unknown.length > 0
      ? [
          note(
            `the API has no price of ${unknown.join(", ")}, so it is not in the sum`,
            "look at the serverType of each tier and at webstack:locations",
          ),
        ]
      : []),
  ];
}
