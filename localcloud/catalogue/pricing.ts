import type { Offer } from "../faults/offer";
import { locations } from "./locations";
import { serverTypePrices, serverTypes } from "./server-types";

/** German VAT, which the API reports to accounts in Germany. */
const vatFactor = 1.19;

/** A price net and with VAT, EUR. */
export function money(net: number): { net: string; gross: string } {
  return { net: net.toFixed(10), gross: (net * vatFactor).toFixed(10) };
}

function perLocation(monthly: number): object[] {
  return locations.map(({ name }) => ({
    location: name,
    price_hourly: money(monthly / 720),
    price_monthly: money(monthly),
  }));
}

/** All prices, as of September 2026. https://docs.hetzner.cloud/reference/cloud#pricing */
export function pricing(offer: Offer): object {
  const addresses = (ipv4: number, ipv6: number) => [
    { type: "ipv4", prices: perLocation(ipv4) },
    { type: "ipv6", prices: perLocation(ipv6) },
  ];
  return {
    currency: "EUR",
    vat_rate: "19.000000",
    image: { price_per_gb_month: money(0.0119) },
    volume: { price_per_gb_month: money(offer.price("volume", 0.044)) },
    server_backup: { percentage: "20.0000000000" },
    floating_ip: { price_monthly: money(offer.price("floating_ip", 3)) },
    floating_ips: addresses(offer.price("floating_ip", 3), 1),
    primary_ips: addresses(offer.price("primary_ip", 0.5), 0),
    load_balancer_types: [],
    server_types: serverTypes.map((item) => ({
      id: item.id,
      name: item.name,
      prices: serverTypePrices(item, offer),
    })),
  };
}
