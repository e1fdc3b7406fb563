import { z } from "zod";

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
