import { Hono } from "hono";
import { images, imageToWire } from "../catalogue/images";
import { locations } from "../catalogue/locations";
import { serverTypes, serverTypeToWire } from "../catalogue/server-types";
import { ApiError, notFound } from "../errors";
import { listed } from "../listing";
import { idOf, type Env } from "../request";

/**
 * What can be ordered and where: locations, server types, images, prices.
 * https://docs.hetzner.cloud/reference/cloud#locations and the pages after it
 */
export function catalogueRoutes(): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/locations", (call) => listed(call, "locations", locations, (item) => item));
  routes.get("/locations/:id", (call) =>
    call.json({ location: byId("location", locations, idOf(call)) }),
  );
  routes.get("/server_types", (call) =>
    listed(call, "server_types", serverTypes, serverTypeToWire),
  );
  routes.get("/server_types/:id", (call) =>
    call.json({ server_type: serverTypeToWire(byId("server_type", serverTypes, idOf(call))) }),
  );
  routes.get("/images", (call) =>
    listed(call, "images", images, imageToWire, {
      architecture: ({ architecture }) => architecture,
      type: () => "system",
      status: () => "available",
    }),
  );
  routes.get("/images/:id", (call) =>
    call.json({ image: imageToWire(byId("image", images, idOf(call))) }),
  );
  routes.get("/pricing", (call) => call.json({ pricing: pricing() }));
  // Gone since October 2026: https://docs.hetzner.cloud/changelog
  routes.all("/datacenters/*", () => gone());
  routes.all("/datacenters", () => gone());
  return routes;
}

function gone(): never {
  throw new ApiError("deprecated_api_endpoint", "this endpoint is deprecated", {
    announcement: "https://docs.hetzner.cloud/changelog#2025-12-16-phasing-out-datacenters",
  });
}

function byId<T extends { id: number }>(kind: string, items: readonly T[], id: number): T {
  const found = items.find((item) => item.id === id);
  if (!found) throw notFound(kind, id);
  return found;
}

function money(net: number): object {
  return { net: net.toFixed(10), gross: (net * 1.19).toFixed(10) };
}

function pricing(): object {
  const perLocation = (monthly: number) =>
    locations.map(({ name }) => ({
      location: name,
      price_hourly: money(monthly / 720),
      price_monthly: money(monthly),
    }));
  return {
    currency: "EUR",
    vat_rate: "19.000000",
    image: { price_per_gb_month: money(0.0119) },
    volume: { price_per_gb_month: money(0.044) },
    server_backup: { percentage: "20.0000000000" },
    floating_ip: { price_monthly: money(3) },
    floating_ips: ["ipv4", "ipv6"].map((type) => ({
      type,
      prices: perLocation(type === "ipv4" ? 3 : 1),
    })),
    primary_ips: ["ipv4", "ipv6"].map((type) => ({
      type,
      prices: perLocation(type === "ipv4" ? 0.5 : 0),
    })),
    load_balancer_types: [],
    server_types: serverTypes.map((item) => ({
      id: item.id,
      name: item.name,
      prices: (serverTypeToWire(item) as { prices: object[] }).prices,
    })),
  };
}
