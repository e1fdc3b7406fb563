import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire } from "../actions";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import { pushFirewalls } from "../firewalling";
import { labelSelector } from "../labels";
import type { Action, Firewall, FirewallTarget, WireRule } from "../model";
import { bodyOf, idOf, labelsShape, type Call, type Env } from "../request";
import { familyRoutes, stored } from "./family";

/** Rules that a firewall takes. Source: API reference, firewalls. */
const maxRules = 50;

const ruleShape = z.object({
  direction: z.enum(["in", "out"]),
  protocol: z.enum(["tcp", "udp", "icmp", "esp", "gre"]),
  port: z.string().nullish(),
  source_ips: z.array(z.string()).optional(),
  destination_ips: z.array(z.string()).optional(),
  description: z.string().max(255).nullish(),
});
const targetShape = z.union([
  z.object({ type: z.literal("server"), server: z.object({ id: z.number().int() }) }),
  z.object({
    type: z.literal("label_selector"),
    label_selector: z.object({ selector: z.string() }),
  }),
]);
const createShape = z.object({
  name: z.string().min(1).max(128),
  rules: z.array(ruleShape).optional(),
  apply_to: z.array(targetShape).optional(),
  labels: labelsShape.optional(),
});

function checkedRule(rule: z.infer<typeof ruleShape>, i: number): WireRule {
  const needsPort = rule.protocol === "tcp" || rule.protocol === "udp";
  if (needsPort && !/^(any|\d{1,5}(-\d{1,5})?)$/.test(rule.port ?? "")) {
    throw invalidInput({ name: `rules.${i}.port`, message: "port is required: 80, 80-85 or any" });
  }
  if (!needsPort && rule.port) {
    throw invalidInput({
      name: `rules.${i}.port`,
      message: "port is not allowed for the protocol",
    });
  }
  const ips = rule.direction === "in" ? rule.source_ips : rule.destination_ips;
  if (!ips || ips.length === 0 || ips.some((ip) => !ip.includes("/"))) {
    const name = rule.direction === "in" ? "source_ips" : "destination_ips";
    throw invalidInput({ name: `rules.${i}.${name}`, message: "must list CIDR blocks" });
  }
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    port: rule.port ?? null,
    source_ips: rule.source_ips ?? [],
    destination_ips: rule.destination_ips ?? [],
    description: rule.description ?? null,
  };
}

function checkedRules(rules: z.infer<typeof ruleShape>[]): WireRule[] {
  if (rules.length > maxRules) {
    throw invalidInput({ name: "rules", message: `at most ${maxRules} rules are allowed` });
  }
  return rules.map(checkedRule);
}

function sameTarget(a: FirewallTarget, b: FirewallTarget): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Firewalls. https://docs.hetzner.cloud/reference/cloud#firewalls */
export function firewallRoutes(cloud: Cloud): Hono<Env> {
  const { store } = cloud;
  const toWire = (firewall: Firewall) => ({
    id: firewall.id,
    name: firewall.name,
    labels: firewall.labels,
    created: firewall.created,
    rules: firewall.rules,
    applied_to: firewall.appliedTo.map((target) =>
      target.type === "server"
        ? target
        : {
            ...target,
            applied_to_resources: selected(cloud, firewall, target.label_selector.selector),
          },
    ),
  });
  const routes = familyRoutes(cloud, {
    kind: "firewalls",
    toWire,
    onDelete: async (firewall) => {
      if (firewall.appliedTo.length > 0) {
        throw new ApiError("resource_in_use", `firewall with ID ${firewall.id} is still in use`);
      }
    },
  });
  routes.post("/firewalls", async (call) => {
    const body = await bodyOf(call, createShape);
    const firewall: Firewall = {
      ...stored(cloud, call, body.name, body.labels),
      rules: checkedRules(body.rules ?? []),
      appliedTo: [],
    };
    store.add("firewalls", firewall);
    const actions = body.apply_to ? await apply(cloud, firewall, body.apply_to) : [];
    return call.json({ firewall: toWire(firewall), actions: actions.map(actionToWire) }, 201);
  });
  addRuleRoutes(routes, cloud);
  return routes;
}

function selected({ store }: Cloud, { project }: Firewall, selector: string): object[] {
  const matches = labelSelector(selector);
  return store
    .of("servers", project)
    .filter(({ labels }) => matches(labels))
    .map(({ id }) => ({ type: "server", server: { id } }));
}

function addRuleRoutes(routes: Hono<Env>, cloud: Cloud): void {
  const found = (call: Call) => cloud.store.get("firewalls", call.get("project"), idOf(call));
  routes.post("/firewalls/:id/actions/set_rules", async (call) => {
    const firewall = found(call);
    const { rules } = await bodyOf(call, z.object({ rules: z.array(ruleShape) }));
    firewall.rules = checkedRules(rules);
    const actions = [await changed(cloud, firewall, "set_firewall_rules")];
    return call.json({ actions: actions.map(actionToWire) }, 201);
  });
  routes.post("/firewalls/:id/actions/apply_to_resources", async (call) => {
    const body = await bodyOf(call, z.object({ apply_to: z.array(targetShape) }));
    const actions = await apply(cloud, found(call), body.apply_to);
    return call.json({ actions: actions.map(actionToWire) }, 201);
  });
  routes.post("/firewalls/:id/actions/remove_from_resources", async (call) => {
    const firewall = found(call);
    const body = await bodyOf(call, z.object({ remove_from: z.array(targetShape) }));
    for (const target of body.remove_from) {
      if (!firewall.appliedTo.some((other) => sameTarget(other, target))) {
        throw new ApiError(
          "firewall_resource_not_found",
          "firewall is not applied to the resource",
        );
      }
      firewall.appliedTo = firewall.appliedTo.filter((other) => !sameTarget(other, target));
    }
    const actions = [await changed(cloud, firewall, "remove_firewall")];
    return call.json({ actions: actions.map(actionToWire) }, 201);
  });
}

async function changed(cloud: Cloud, firewall: Firewall, command: string): Promise<Action> {
  cloud.store.changed();
  const resources = [{ id: firewall.id, type: "firewall" }];
  return cloud.actions.start(firewall.project, command, resources, () => pushFirewalls(cloud));
}

async function apply(
  cloud: Cloud,
  firewall: Firewall,
  targets: FirewallTarget[],
): Promise<Action[]> {
  for (const target of targets) {
    if (firewall.appliedTo.some((other) => sameTarget(other, target))) {
      throw new ApiError("firewall_already_applied", "firewall is already applied to the resource");
    }
    if (target.type === "server") cloud.store.get("servers", firewall.project, target.server.id);
    else labelSelector(target.label_selector.selector);
    firewall.appliedTo.push(target);
  }
  return [await changed(cloud, firewall, "apply_firewall")];
}
