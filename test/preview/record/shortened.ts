import { isDeepStrictEqual } from "node:util";
import type { EngineEvent } from "@pulumi/pulumi/automation";

type Values = Record<string, unknown>;

/** What costs money each month, so that it counts though it stays as it is. */
const priced = /^hcloud:index\/(server:Server|volume:Volume|floatingIp:FloatingIp)$/;

/** The events that a preview is read from, without what is large and never read. */
export function shortened(events: readonly EngineEvent[]): EngineEvent[] {
  return events.flatMap((event) => {
    const { diagnosticEvent: diagnostic, resourcePreEvent: step } = event;
    if (diagnostic)
      return (diagnostic.severity as string) === "debug" || diagnostic.ephemeral ? [] : [event];
    const found = event.resOutputsEvent?.metadata;
    if (found?.op === "refresh" && isDeepStrictEqual(found.old?.inputs, found.new?.inputs))
      return [];
    if (found?.op === "refresh") return [withShortStates(event)];
    if (event.summaryEvent) return [event];
    if (!step) return [];
    const { op, type } = step.metadata;
    if (op === "refresh" || (op === "same" && !priced.test(type))) return [];
    return [withShortStates(event)];
  });
}

function withShortStates(event: EngineEvent): EngineEvent {
  const copy = structuredClone(event);
  const { op, type, old, new: next } = (copy.resourcePreEvent ?? copy.resOutputsEvent)!.metadata;
  const states = [old, next] as (State | undefined)[];
  shortenBoth(type, ...(states as [State?, State?]));
  for (const state of op === "same" ? states : []) {
    if (state?.inputs) state.inputs = pick(state.inputs);
  }
  return copy;
}

/** Of something that stays as it is, what its price depends on. */
function pick(inputs: Values): Values {
  const keys = ["name", "serverType", "location", "size", "type", "homeLocation", "publicNets"];
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => keys.includes(key)));
}

interface State {
  inputs?: Values;
  outputs?: Values;
}

function shortenBoth(type: string, old?: State, next?: State): void {
  for (const state of [old, next]) {
    if (!state) continue;
    delete state.outputs;
    if (state.inputs?.userData) state.inputs.userData = "#cloud-config\n";
  }
  if (type !== "host:index:Configuration") return;
  for (const key of ["files", "attributes", "directories"]) keepDifferent(key, old, next);
  for (const state of [old, next]) delete state?.inputs?.checks;
}

/** Leaves out of a map what both sides have, and the contents of what only one side knows. */
function keepDifferent(key: string, old?: State, next?: State): void {
  const before = (old?.inputs?.[key] ?? {}) as Values;
  const after = (next?.inputs?.[key] ?? {}) as Values;
  // The engine's mark of a value that is not known yet is a text.
  if (typeof before === "string" || typeof after === "string") return;
  for (const path of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const differs = old && next && before[path] !== after[path];
    // The preview shows no line of a compiled program.
    const isCompiled =
      path.endsWith(".js") && (before[path] === undefined) !== (after[path] === undefined);
    if (differs && isCompiled) (path in before ? before : after)[path] = "";
    if (differs) continue;
    if (old && next) {
      delete before[path];
      delete after[path];
    } else {
      const side = old ? before : after;
      side[path] = "";
    }
  }
}
