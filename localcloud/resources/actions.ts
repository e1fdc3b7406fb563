import { Hono } from "hono";
import { actionToWire } from "../actions";
import type { Cloud } from "../cloud";
import { invalidInput, notFound } from "../errors";
import { listed } from "../listing";
import { idOf, type Call, type Env } from "../request";

/** Actions of all families, by id. https://docs.hetzner.cloud/reference/cloud#actions */
export function actionRoutes({ store }: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const own = (call: Call) =>
    store.actions.filter(({ project }) => project === call.get("project"));
  routes.get("/actions", (call) => {
    // Without ids it was switched off in January 2025: https://docs.hetzner.cloud/changelog
    if ((call.req.queries("id") ?? []).length === 0) {
      throw invalidInput({ name: "id", message: "id is required" });
    }
    return listed(call, "actions", own(call), actionToWire, {
      id: ({ id }) => id,
      status: ({ status }) => status,
    });
  });
  routes.get("/actions/:id", (call) => {
    const id = idOf(call);
    const found = own(call).find((action) => action.id === id);
    if (!found) throw notFound("action", id);
    return call.json({ action: actionToWire(found) });
  });
  return routes;
}
