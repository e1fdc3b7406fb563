import { Hono } from "hono";
import { z } from "zod";
import { actionToWire, resourceOf } from "../actions";
import { timestamp } from "../clock";
import type { Cloud } from "../cloud";
import { invalidInput, isProtected, notFound } from "../errors";
import { listed, type Filters } from "../listing";
import { singular, type Action, type Collections, type Kind } from "../model";
import { bodyOf, idOf, labelsShape, type Call, type Env } from "../request";

/** What the families have in common, per kind. */
export interface Family<K extends Kind> {
  kind: K;
  toWire: (item: Collections[K]) => object;
  filters?: Filters<Collections[K]>;
  /** Refuses or prepares a removal; what it returns is the answer, else 204. */
  onDelete?: (item: Collections[K]) => Promise<void | Response>;
  /** Fields of a PUT beyond name and labels. */
  fields?: z.ZodRawShape;
  /** Applies `fields`, and follows every PUT. */
  onUpdate?: (item: Collections[K], body: Record<string, unknown>) => void | Promise<void>;
  /** Further refusals of a name. */
  checkName?: (name: string) => void;
}

const updateShape = z.object({ name: z.string().optional(), labels: labelsShape.optional() });

/** Lists, reads, renames, labels and deletes one kind, and answers for its actions. */
export function familyRoutes<K extends Kind>(cloud: Cloud, family: Family<K>): Hono<Env> {
  const routes = new Hono<Env>();
  const { kind, toWire } = family;
  const shape = updateShape.extend(family.fields ?? {}) as typeof updateShape;
  const { store } = cloud;
  const item = (call: Call) => store.get(kind, call.get("project"), idOf(call));
  routes.get(`/${kind}`, (call) =>
    listed(call, kind, store.of(kind, call.get("project")), toWire, family.filters),
  );
  addActionRoutes(routes, cloud, kind);
  routes.get(`/${kind}/:id`, (call) => call.json({ [singular[kind]]: toWire(item(call)) }));
  routes.put(`/${kind}/:id`, async (call) => {
    const found = item(call);
    const body = await bodyOf(call, shape);
    if (body.name !== undefined) rename(cloud, family, found, body.name);
    if (body.labels) found.labels = body.labels;
    store.changed();
    await family.onUpdate?.(found, body);
    return call.json({ [singular[kind]]: toWire(found) });
  });
  routes.delete(`/${kind}/:id`, async (call) => {
    const found = item(call);
    const { protection } = found as { protection?: { delete: boolean } };
    if (protection?.delete) throw isProtected(singular[kind]);
    const answer = await family.onDelete?.(found);
    if (answer) return answer;
    store.remove(kind, found.id);
    return call.body(null, 204);
  });
  return routes;
}

function rename<K extends Kind>(
  { store }: Cloud,
  family: Family<K>,
  item: Collections[K],
  name: string,
): void {
  if (name === "") throw invalidInput({ name: "name", message: "name must not be empty" });
  family.checkName?.(name);
  store.refuseTakenName(family.kind, item.project, name, item.id);
  item.name = name;
}

function addActionRoutes(routes: Hono<Env>, { store }: Cloud, kind: Kind): void {
  const type = singular[kind];
  const of = (call: Call, id?: number) =>
    store.actions.filter(
      (action) =>
        action.project === call.get("project") &&
        action.resources.some(
          (resource) => resource.type === type && (id === undefined || resource.id === id),
        ),
    );
  const one = (call: Call, actions: Action[], id: number) => {
    const found = actions.find((action) => action.id === id);
    if (!found) throw notFound("action", id);
    return call.json({ action: actionToWire(found) });
  };
  const list = (call: Call, actions: Action[]) =>
    listed(call, "actions", actions, actionToWire, {
      status: ({ status }) => status,
      id: ({ id }) => id,
    });
  routes.get(`/${kind}/actions`, (call) => list(call, of(call)));
  routes.get(`/${kind}/actions/:id`, (call) => one(call, of(call), idOf(call)));
  routes.get(`/${kind}/:id/actions`, (call) => list(call, of(call, idOf(call))));
  routes.get(`/${kind}/:id/actions/:action`, (call) =>
    one(call, of(call, idOf(call)), idOf(call, "action")),
  );
}

/** Fields of a new thing. */
export function stored({ store, clock }: Cloud, call: Call, name: string, labels = {}) {
  return {
    id: store.nextId(),
    project: call.get("project"),
    created: timestamp(clock),
    name,
    labels,
  };
}

/** Answers an action that was started. */
export function answerAction(call: Call, action: Action): Response {
  return call.json({ action: actionToWire(action) }, 201);
}

const protectionShape = z.object({ delete: z.boolean().optional() });

/** `POST /<kind>/{id}/actions/change_protection`. */
export function addProtectionRoute<
  K extends "networks" | "floating_ips" | "primary_ips" | "volumes",
>(routes: Hono<Env>, cloud: Cloud, kind: K): void {
  routes.post(`/${kind}/:id/actions/change_protection`, async (call) => {
    const item = cloud.store.get(kind, call.get("project"), idOf(call));
    const body = await bodyOf(call, protectionShape);
    item.protection.delete = body.delete ?? item.protection.delete;
    const { project } = item;
    const resources = [resourceOf(kind, item)];
    const command = "change_protection";
    return answerAction(call, await cloud.actions.start({ project, command, resources }));
  });
}
