import { Hono } from "hono";
import { allDatacenters } from "../catalogue/datacenters";
import type { Cloud } from "../cloud";
import { ApiError, notFound } from "../errors";
import { listed } from "../listing";
import { idOf, type Env } from "../request";

/** Datacenters, gone since October 2026. https://docs.hetzner.cloud/changelog */
export function datacenterRoutes({ behaviour }: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const refuseGone = () => {
    if (behaviour.listsDatacenters) return;
    throw new ApiError("deprecated_api_endpoint", "this endpoint is deprecated", {
      announcement: "https://docs.hetzner.cloud/changelog#2025-12-16-phasing-out-datacenters",
    });
  };
  routes.get("/datacenters", (call) => {
    refuseGone();
    return listed(call, "datacenters", allDatacenters(), (item) => item);
  });
  routes.get("/datacenters/:id", (call) => {
    refuseGone();
    const id = idOf(call);
    const datacenter = allDatacenters().find((item) => item.id === id);
    if (!datacenter) throw notFound("datacenter", id);
    return call.json({ datacenter });
  });
  return routes;
}
