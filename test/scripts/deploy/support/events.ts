import type { EngineEvent } from "@pulumi/pulumi/automation";

const type = "host:index:Configuration";

/** URN of a node's configuration. */
export function urnOf(node: string): string {
  return `urn:pulumi:local::webstack::webstack:index:Rollout$${type}::${node}-configuration`;
}

/** What a configuration holds, as far as it is looked at. */
export interface Inputs {
  files?: Record<string, string>;
  services?: object[];
}

/** That a step begins: the change of a node's configuration at the given keys. */
export function begins(
  node: string,
  keys: readonly string[],
  [before, after]: readonly [Inputs, Inputs] = [{}, {}],
): EngineEvent {
  return event("resourcePreEvent", {
    metadata: {
      ...{ op: "update", urn: urnOf(node), type, old: { inputs: before }, new: { inputs: after } },
      ...{ diffs: keys, detailedDiff: Object.fromEntries(keys.map((key) => [key, {}])) },
    },
  });
}

/** That a step of any kind begins. */
export function step(op: string, ofType: string, name: string): EngineEvent {
  const urn = `urn:pulumi:local::webstack::${ofType}::${name}`;
  return event("resourcePreEvent", { metadata: { op, urn, type: ofType } });
}

/** That a node's configuration is done. */
export function ends(node: string, op = "update"): EngineEvent {
  return event("resOutputsEvent", { metadata: { op, urn: urnOf(node), type } });
}

/** That a node's configuration failed. */
export function fails(node: string): EngineEvent {
  return event("resOpFailedEvent", { metadata: { op: "update", urn: urnOf(node), type } });
}

/** A message, about a node if one is named. */
export function says(message: string, severity: string, node?: string): EngineEvent {
  return event("diagnosticEvent", {
    ...{ message, severity, color: "never", ...(node ? { urn: urnOf(node) } : {}) },
  });
}

function event(kind: keyof EngineEvent, content: object): EngineEvent {
  return { sequence: 1, timestamp: 1, [kind]: content };
}
