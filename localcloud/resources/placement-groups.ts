import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud";
import type { PlacementGroup } from "../model";
import { bodyOf, labelsShape, type Env } from "../request";
import { familyRoutes, stored } from "./family";

/** Servers that a group takes. Source: API reference, placement groups. */
export const groupSize = 10;

const createShape = z.object({
  name: z.string().min(1),
  type: z.literal("spread"),
  labels: labelsShape.optional(),
});

/** Placement groups. https://docs.hetzner.cloud/reference/cloud#placement-groups */
export function placementGroupRoutes(cloud: Cloud): Hono<Env> {
  const members = ({ id, project }: PlacementGroup) =>
    cloud.store.of("servers", project).filter((server) => server.placementGroup === id);
  const toWire = (group: PlacementGroup) => ({
    id: group.id,
    name: group.name,
    labels: group.labels,
    type: group.type,
    created: group.created,
    servers: members(group).map(({ id }) => id),
  });
  const routes = familyRoutes(cloud, {
    kind: "placement_groups",
    toWire,
    filters: { type: ({ type }) => type },
    onDelete: async (group) => {
      for (const server of members(group)) server.placementGroup = null;
    },
  });
  routes.post("/placement_groups", async (call) => {
    const body = await bodyOf(call, createShape);
    const group: PlacementGroup = {
      ...stored(cloud, call, body.name, body.labels),
      type: body.type,
    };
    cloud.store.add("placement_groups", group);
    return call.json({ placement_group: toWire(group), action: null }, 201);
  });
  return routes;
}
