import { isDeepStrictEqual } from "node:util";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { type Values, isMap } from "../plugin/values";
import { mapOf } from "./values";

/** Planned action for a resource. */
export type PlannedAction = "same" | "create" | "update" | "delete" | "replace";

/** Planned step of one resource. */
export interface Step {
  fate: PlannedAction;
  /** Type token, such as `hcloud:index/server:Server`. */
  type: string;
  /** Name in the program, such as `web-1-vm`. */
  name: string;
  /** Inputs before; empty: the resource did not exist. */
  before: Values;
  /** Inputs afterwards; empty: the resource no longer exists. */
  after: Values;
  /** Paths of changed inputs, such as `files["/etc/a"]`; empty: the engine does not report them. */
  changed: string[];
}

/** Plan and messages of an engine. */
export interface Plan {
  /** One step for each resource of the plan. */
  steps: Step[];
  /** Differences that a refresh found, from the recorded to the actual state. */
  found: Step[];
  /** True: a refresh read each resource. */
  isRefreshed: boolean;
  /** Reasons for a refusal of the plan. */
  errors: string[];
  warnings: string[];
  /** The program's messages about the plan. */
  notes: string[];
}

const fates: Record<string, PlannedAction> = {
  same: "same",
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

/** Generic messages that the engine adds to a failure; another message has the cause. */
const echo = /^(preview failed|update failed|.*resource registration failed|.*inputs to .* failed)/;

/** The value that the engine prints for a refused property, in clear also if it is secret. */
const printedValue = /( property \S+) value [^]* has a problem: /;

/** Reads the events of a preview: those of the Automation API, or of the command's event log. */
export function planOf(events: readonly EngineEvent[]): Plan {
  const steps = new Map<string, Step>();
  const plan: Omit<Plan, "steps" | "isRefreshed"> = {
    found: [],
    errors: [],
    warnings: [],
    notes: [],
  };
  for (const { resourcePreEvent, resOutputsEvent, diagnosticEvent } of events) {
    if (resourcePreEvent) take(resourcePreEvent.metadata);
    if (resOutputsEvent?.metadata.op === "refresh")
      plan.found.push(...foundBy(resOutputsEvent.metadata));
    if (!diagnosticEvent || diagnosticEvent.ephemeral) continue;
    const { severity, message } = diagnosticEvent;
    const text = message
      .trim()
      .replace(/^error: /, "")
      .replace(printedValue, "$1 has a problem: ");
    // Debug messages contain values in clear, and the SDK's type omits this severity.
    const kind = { error: plan.errors, warning: plan.warnings, info: plan.notes }[
      severity as "error" | "warning" | "info"
    ] as string[] | undefined;
    if (kind && text !== "" && !kind.includes(text)) kind.push(text);
  }
  const reasons = plan.errors.filter((text) => !echo.test(text));
  return {
    ...plan,
    steps: [...steps.values()],
    isRefreshed: isRefreshed(events),
    errors: reasons.length > 0 ? reasons : plan.errors,
  };

  function take(step: StepEventMetadata): void {
    const fate = fates[step.op];
    if (!fate) return;
    const seen = steps.get(step.urn);
    const before = mapOf(recordedValues(step));
    const after = fate === "delete" ? {} : mapOf(step.new?.inputs);
    // A replacement has several steps; the first step with a side's values provides them.
    steps.set(step.urn, {
      ...{ fate: seen?.fate === "replace" ? "replace" : fate, type: step.type, name: nameOf(step) },
      before: seen && Object.keys(seen.before).length > 0 ? seen.before : before,
      after: seen && Object.keys(seen.after).length > 0 ? seen.after : after,
      changed: seen?.changed.length ? seen.changed : changedPaths(step),
    });
  }
}

/** True if a refresh began, and ended for each resource: a preview has no event for a failure. */
function isRefreshed(events: readonly EngineEvent[]): boolean {
  const of = (steps: readonly (StepEventMetadata | undefined)[]) =>
    steps.flatMap((step) => (step?.op === "refresh" ? step.urn : []));
  const begun = of(events.map(({ resourcePreEvent }) => resourcePreEvent?.metadata));
  const ended = new Set(of(events.map(({ resOutputsEvent }) => resOutputsEvent?.metadata)));
  return begun.length > 0 && begun.every((urn) => ended.has(urn));
}

/** The name within `urn:pulumi:<stack>::<project>::<types>::<name>`. */
function nameOf({ urn }: StepEventMetadata): string {
  return urn.split("::").at(-1) ?? urn;
}

/**
 * Recorded values of a resource. The inputs of a host that an `up` passed over are those that the host did not get; its
 * outputs are those that it has.
 */
export function recordedValues({ old }: Pick<StepEventMetadata, "old">): unknown {
  return mapOf(old?.outputs).unreached === undefined ? old?.inputs : old?.outputs;
}

/** Step of a refresh that found a changed or deleted resource; none for an unchanged one. */
function foundBy(step: StepEventMetadata): Step[] {
  const [before, after] = [mapOf(step.old?.inputs), mapOf(step.new?.inputs)];
  if (isDeepStrictEqual(before, after)) return [];
  const fate = step.new ? "update" : "delete";
  return [
    {
      ...{ fate, type: step.type, name: nameOf(step) },
      before,
      after,
      changed: changedPaths(step),
    },
  ];
}

function changedPaths({ detailedDiff, diffs }: StepEventMetadata): string[] {
  const paths = Object.keys(detailedDiff ?? {});
  return paths.length > 0 ? paths : [...(diffs ?? [])];
}

/** Beginning of the description of a temporary firewall rule of `npm run admin:open`. */
export const openedUntil = "admin:open until ";

const firewallType = "hcloud:index/firewall:Firewall";

/** The plan without temporary firewall rules: they expire by themselves, and are no edit by hand. */
export function withoutOpenedRules(plan: Plan): Plan {
  return {
    ...plan,
    found: plan.found.map(closed).filter(({ fate }) => fate !== "same"),
    steps: plan.steps.map(closed),
  };
}

function closed(step: Step): Step {
  if (step.type !== firewallType || step.fate !== "update") return step;
  const [before, after] = [lasting(step.before), lasting(step.after)];
  return { ...step, before, after, fate: isDeepStrictEqual(before, after) ? "same" : "update" };
}

function lasting(values: Values): Values {
  const { rules } = values;
  if (!Array.isArray(rules)) return values;
  return { ...values, rules: rules.filter((rule) => !isOpened(rule)) };
}

function isOpened(rule: unknown): boolean {
  const description = isMap(rule) ? rule.description : undefined;
  return typeof description === "string" && description.startsWith(openedUntil);
}
