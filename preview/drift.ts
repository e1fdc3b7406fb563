import { describe } from "./cloud-changes";
import { fileChanges } from "./host-files";
import { configurationType, serverType } from "./hosts";
import type { Drift } from "./model";
import type { Plan, Step } from "./plan";
import { valueChanges } from "./value-changes";

/** Changes that were made by hand since the last `up`, as a refresh found them. */
export function driftOf({ found }: Plan): Drift[] {
  return found.map((step) => {
    const isHost = step.type === configurationType;
    return {
      what: nameOf(step),
      isGone: step.fate === "delete",
      values: isHost || step.fate === "delete" ? [] : valueChanges(step),
      files: isHost && step.fate !== "delete" ? fileChanges(step) : [],
    };
  });
}

function nameOf(step: Step): string {
  if (step.type === configurationType) return step.name.replace(/-configuration$/, "");
  if (step.type === serverType) return `server ${step.name.replace(/-vm$/, "")}`;
  return describe(step);
}
