import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud";
import { ApiError, limitExceeded } from "../errors";
import type { PlacementGroup, Server } from "../model";
import { bodyOf, labelsShape, type Env } from "../request";
import { familyRoutes, stored } from "./family";

/** Servers that a group takes, and groups of a project. Source: API reference, placement groups. */
const groupSize = 10;
const maxGroups = 50;

const createShape = z.object({
  name: z.string().min(1),
  type: z.literal("spread"),
  labels: labelsShape.optional(),
});

function members({ store }: Cloud, { id, project }: PlacementGroup): Server[] {
  return store.of("servers", project).filter((server) => server.placementGroup === id);
}

/** The wire form of a placement group. */
export function placementGroupToWire(cloud: Cloud, group: PlacementGroup): object {
  return {
    id: group.id,
    name: group.name,
    labels: group.labels,
    type: group.type,
    created: group.created,
    servers: members(cloud, group).map(({ id }) => id),
  };
}

/** A placement group with room for one more. @throws ApiError `not_found` or `placement_error`. */
export function groupWithCapacity(cloud: Cloud, project: string, id: number): PlacementGroup {
  const group = cloud.store.get("placement_groups", project, id);
  if (members(cloud, group).length >= groupSize) {
    const text = `placement group with ID ${id} contains already ${groupSize} servers`;
    throw new ApiError("placement_error", text);
  }
  return group;
}

/** Placement groups. https://docs.hetzner.cloud/reference/cloud#placement-groups */
export function placementGroupRoutes(cloud: Cloud): Hono<Env> {
  const toWire = (group: PlacementGroup) => placementGroupToWire(cloud, group);
  const routes = familyRoutes(cloud, {
    kind: "placement_groups",
    toWire,
    filters: { type: ({ type }) => type },
    onDelete: async (group) => {
      for (const server of members(cloud, group)) server.placementGroup = null;
    },
  });
  routes.post("/placement_groups", async (call) => {
    const body = await bodyOf(call, createShape);
    const project = call.get("project");
    if (cloud.store.of("placement_groups", project).length >= maxGroups) {
      throw limitExceeded("placement_group_limit", "placement group limit exceeded");
    }
    const group: PlacementGroup = {
      ...stored(cloud, call, body.name, body.labels),
      type: body.type,
    };
    cloud.store.add("placement_groups", group);
    return call.json({ placement_group: toWire(group), action: null }, 201);
  });
  return routes;
}
