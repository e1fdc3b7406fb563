import { parse } from "yaml";
import type { Plan, Step } from "../../preview/plan";
import { shrinkOf } from "../../preview/resource-changes";

/** Types of resources that may be deleted: they hold no data, and nothing outside of the stack refers to them. */
const deletable = [
  "hcloud:index/firewall:Firewall",
  "hcloud:index/placementGroup:PlacementGroup",
  "tls:index/certRequest:CertRequest",
  "tls:index/locallySignedCert:LocallySignedCert",
];
/** Types of resources that can be created again from the remaining ones. */
const replaceable = [
  "tls:index/certRequest:CertRequest",
  "tls:index/locallySignedCert:LocallySignedCert",
];
/** Settings whose number must never decrease, by their path in the stack file. */
const growing = [["webstack:admin", "deployKeyVersion"]] as const;

/**
 * Reasons, a sentence each, why a plan must not be applied without an operator; empty: it may. Every step but a
 * creation and an update in place is refused, unless it is known to lose nothing, and so is an update that the cloud
 * refuses.
 */
export function planRefusals({ errors, steps }: Plan): string[] {
  return [...errors.map((error) => `the plan is refused: ${error}`), ...steps.flatMap(ofStep)];
}

function ofStep(step: Step): string[] {
  const { fate, type, name } = step;
  const isOwn = type.startsWith("webstack:index:") || type.startsWith("pulumi:");
  const noun = type.split(":").at(-1);
  if (fate === "delete" && !isOwn && !deletable.includes(type)) {
    return [`${noun} ${name} would be deleted`];
  }
  if (fate === "replace" && !isOwn && !replaceable.includes(type)) {
    return [`${noun} ${name} would be replaced`];
  }
  const shrink = shrinkOf(step);
  return shrink === undefined ? [] : [`${noun} ${name} would ${shrink}`];
}

/**
 * Reasons, a sentence each, why the settings of an earlier commit cannot replace the present ones; empty: they can.
 *
 * @param now text of the stack file that was applied.
 * @param then text of the stack file to go back to.
 */
export function settingsRefusals(now: string, then: string): string[] {
  return growing.flatMap(([key, part]) => {
    const [present, earlier] = [now, then].map((text) => numberAt(text, key, part));
    if (earlier! >= present!) return [];
    return [
      `${key} → ${part} would go from ${present} to ${earlier}, and may only grow: ` +
        "the hosts would accept no key that the program has",
    ];
  });
}

/** A number in a stack file; 1 if it is not set. */
function numberAt(text: string, key: string, part: string): number {
  const { config } = (parse(text) ?? {}) as {
    config?: Record<string, Record<string, unknown> | undefined>;
  };
  return Number(config?.[key]?.[part] ?? 1);
}
