import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire, resourceOf } from "../actions";
import type { Cloud } from "../cloud";
import type { Command } from "../commands";
import { ApiError, invalidInput, limitExceeded } from "../errors";
import { firewallsOf, pushFirewalls } from "../firewalling";
import { labelSelector } from "../labels";
import type { Action, Firewall, FirewallTarget, Server } from "../model";
import { primaryIpsOf } from "../nics";
import { bodyOf, idOf, labelsShape, type Call, type Env } from "../request";
import { familyRoutes, stored } from "./family";
import { checkedRules, ruleShape, targetShape } from "./firewall-shapes";

/** Firewalls of one project, and of one server. Source: https://docs.hetzner.com/cloud/firewalls/faq */
const maxFirewalls = 50;
/** See above. */
export const maxPerServer = 5;
const maxNameLength = 128;

const createShape = z.object({
  name: z.string().min(1).max(maxNameLength),
  rules: z.array(ruleShape).nullish(),
  apply_to: z.array(targetShape).nullish(),
  labels: labelsShape.optional(),
});

function isSame(a: FirewallTarget, b: FirewallTarget): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function selected({ store }: Cloud, { project }: Firewall, selector: string): Server[] {
  const matches = labelSelector(selector);
  return store.of("servers", project).filter(({ labels }) => matches(labels));
}

function toWire(cloud: Cloud, firewall: Firewall): object {
  const resources = (selector: string) =>
    selected(cloud, firewall, selector).map(({ id }) => ({ type: "server", server: { id } }));
  return {
    id: firewall.id,
    name: firewall.name,
    labels: firewall.labels,
    created: firewall.created,
    rules: firewall.rules,
    applied_to: firewall.appliedTo.map((target) =>
      target.type === "server"
        ? target
        : { ...target, applied_to_resources: resources(target.label_selector.selector) },
    ),
  };
}

/** Firewalls. https://docs.hetzner.cloud/reference/cloud#firewalls */
export function firewallRoutes(cloud: Cloud): Hono<Env> {
  const { store } = cloud;
  const routes = familyRoutes(cloud, {
    kind: "firewalls",
    toWire: (firewall) => toWire(cloud, firewall),
    checkName: checkFirewallName,
    onDelete: async (firewall) => {
      if (firewall.appliedTo.length > 0) {
        throw new ApiError("resource_in_use", `firewall with ID ${firewall.id} is still in use`);
      }
    },
  });
  routes.post("/firewalls", async (call) => {
    const body = await bodyOf(call, createShape);
    if (store.of("firewalls", call.get("project")).length >= maxFirewalls) {
      throw limitExceeded("firewall_limit", "firewall limit exceeded");
    }
    const firewall: Firewall = {
      ...stored(cloud, call, body.name, body.labels),
      rules: checkedRules(body.rules ?? []),
      appliedTo: [],
    };
    const targets = body.apply_to ?? [];
    checkTargets(cloud, firewall, targets, 422);
    firewall.appliedTo.push(...targets);
    store.add("firewalls", firewall);
    const actions = targets.length > 0 ? await push(cloud, firewall, "apply_firewall") : [];
    const wire = { firewall: toWire(cloud, firewall), actions: actions.map(actionToWire) };
    return call.json(wire, 201);
  });
  addActionRoutes(routes, cloud);
  return routes;
}

function checkFirewallName(name: string): void {
  if (name.length > maxNameLength) {
    throw invalidInput({ name: "name", message: `must be at most ${maxNameLength} characters` });
  }
}

function addActionRoutes(routes: Hono<Env>, cloud: Cloud): void {
  const found = (call: Call) => cloud.store.get("firewalls", call.get("project"), idOf(call));
  const answer = async (call: Call, firewall: Firewall, command: Command) => {
    const actions = await push(cloud, firewall, command);
    return call.json({ actions: actions.map(actionToWire) }, 201);
  };
  routes.post("/firewalls/:id/actions/set_rules", async (call) => {
    const firewall = found(call);
    const { rules } = await bodyOf(call, z.object({ rules: z.array(ruleShape) }));
    firewall.rules = checkedRules(rules);
    return answer(call, firewall, "set_firewall_rules");
  });
  routes.post("/firewalls/:id/actions/apply_to_resources", async (call) => {
    const firewall = found(call);
    const body = await bodyOf(call, z.object({ apply_to: z.array(targetShape) }));
    checkTargets(cloud, firewall, body.apply_to);
    firewall.appliedTo.push(...body.apply_to);
    return answer(call, firewall, "apply_firewall");
  });
  routes.post("/firewalls/:id/actions/remove_from_resources", async (call) => {
    const firewall = found(call);
    const body = await bodyOf(call, z.object({ remove_from: z.array(targetShape) }));
    for (const target of body.remove_from) refuseRemoval(cloud, firewall, target);
    firewall.appliedTo = firewall.appliedTo.filter(
      (target) => !body.remove_from.some((other) => isSame(other, target)),
    );
    return answer(call, firewall, "remove_firewall");
  });
}

function push(cloud: Cloud, firewall: Firewall, command: Command): Promise<Action[]> {
  const { project } = firewall;
  const resources = [resourceOf("firewalls", firewall)];
  const work = () => pushFirewalls(cloud);
  return cloud.actions.start({ project, command, resources, work }).then((action) => [action]);
}

/** Refuses targets that do not exist, have the firewall already, or have too many. */
function checkTargets(
  cloud: Cloud,
  firewall: Firewall,
  targets: FirewallTarget[],
  statusIfMissing?: number,
): void {
  for (const [i, target] of targets.entries()) {
    const before = [...firewall.appliedTo, ...targets.slice(0, i)];
    if (before.some((other) => isSame(other, target))) {
      throw new ApiError("firewall_already_applied", "firewall is already applied to the resource");
    }
    if (target.type === "label_selector") {
      labelSelector(target.label_selector.selector);
      continue;
    }
    const server = cloud.store.find("servers", firewall.project, target.server.id);
    if (!server) {
      const text = `server with ID '${target.server.id}' not found`;
      throw new ApiError("firewall_resource_not_found", text, null, statusIfMissing);
    }
    refuseWithoutPublic(primaryIpsOf(cloud, server).length > 0);
    refuseTooMany(cloud, server);
  }
}

/** @throws ApiError if a server that is to have a firewall has no public interface: there is nothing to filter. */
export function refuseWithoutPublic(hasPublic: boolean): void {
  if (hasPublic) return;
  throw new ApiError("private_net_only_server", "server has no public interface");
}

/** @throws ApiError if the server has as many firewalls as it may. */
function refuseTooMany(cloud: Cloud, server: Server): void {
  if (firewallsOf(cloud, server).length >= maxPerServer) {
    throw limitExceeded("firewall_per_server_limit", `a server takes ${maxPerServer} firewalls`);
  }
}

function refuseRemoval(cloud: Cloud, firewall: Firewall, target: FirewallTarget): void {
  if (firewall.appliedTo.some((other) => isSame(other, target))) return;
  const selectors = firewall.appliedTo.flatMap((other) =>
    other.type === "label_selector" ? [other.label_selector.selector] : [],
  );
  const isSelected =
    target.type === "server" &&
    selectors
      .flatMap((selector) => selected(cloud, firewall, selector))
      .some(({ id }) => id === target.server.id);
  throw isSelected
    ? new ApiError(
        "firewall_managed_by_label_selector",
        "firewall is applied to the server by a label selector",
      )
    : new ApiError("firewall_resource_not_found", "firewall is not applied to the resource");
}
