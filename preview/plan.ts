import { isDeepStrictEqual } from "node:util";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { Values } from "../plugin/values";
import { mapOf } from "./values";

/** Planned action on a resource. */
export type PlannedAction = "same" | "create" | "update" | "delete" | "replace";

/** Planned step of one resource. */
export interface Step {
  fate: PlannedAction;
  /** Type token, such as `hcloud:index/server:Server`. */
  type: string;
  /** Name in the program, such as `web-1-vm`. */
  name: string;
  /** Inputs before; empty: it was not there. */
  before: Values;
  /** Inputs afterwards; empty: it is not there any more. */
  after: Values;
  /** Paths of the inputs that change, such as `files["/etc/a"]`; empty: the engine does not say. */
  changed: string[];
}

/** Plan and messages of an engine. */
export interface Plan {
  /** One step for each resource of the plan. */
  steps: Step[];
  /** What a look at what is there found different: from what was recorded to what was found. */
  found: Step[];
  /** Reasons of a plan that is refused. */
  errors: string[];
  warnings: string[];
  /** What the program says of the plan. */
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

/** Generic messages that the engine adds to a failure; the cause is in another message. */
const echo = /^(preview failed|update failed|.*resource registration failed|.*inputs to .* failed)/;

/** Reads the events of a preview: those of the Automation API, or of the command's event log. */
export function planOf(events: readonly EngineEvent[]): Plan {
  const steps = new Map<string, Step>();
  const plan: Omit<Plan, "steps"> = {
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
    const text = message.trim().replace(/^error: /, "");
    // Debug messages repeat values in clear, and the type does not know of them.
    const kind = { error: plan.errors, warning: plan.warnings, info: plan.notes }[
      severity as "error" | "warning" | "info"
    ] as string[] | undefined;
    if (kind && text !== "" && !kind.includes(text)) kind.push(text);
  }
  const reasons = plan.errors.filter((text) => !echo.test(text));
  return {
    ...plan,
    steps: [...steps.values()],
    errors: reasons.length > 0 ? reasons : plan.errors,
  };

  function take(step: StepEventMetadata): void {
    const fate = fates[step.op];
    if (!fate) return;
    const seen = steps.get(step.urn);
    const before = mapOf(step.old?.inputs);
    const after = fate === "delete" ? {} : mapOf(step.new?.inputs);
    // A replacement is several steps; the first that knows a side says it.
    steps.set(step.urn, {
      ...{ fate: seen?.fate === "replace" ? "replace" : fate, type: step.type, name: nameOf(step) },
      before: seen && Object.keys(seen.before).length > 0 ? seen.before : before,
      after: seen && Object.keys(seen.after).length > 0 ? seen.after : after,
      changed: seen?.changed.length ? seen.changed : changedPaths(step),
    });
  }
}

/** The name within `urn:pulumi:<stack>::<project>::<types>::<name>`. */
function nameOf({ urn }: StepEventMetadata): string {
  return urn.split("::").at(-1) ?? urn;
}

/** A refresh of something that somebody changed or deleted; nothing if it is as recorded. */
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
