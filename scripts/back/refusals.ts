import { parse } from "yaml";
import type { Plan, Step } from "../../preview/plan";

/** What holds no data and is known by nobody outside of the stack: it may go. */
const deletable = [
  "hcloud:index/firewall:Firewall",
  "hcloud:index/placementGroup:PlacementGroup",
  "tls:index/certRequest:CertRequest",
  "tls:index/locallySignedCert:LocallySignedCert",
];
/** What is made again from what stays. */
const replaceable = [
  "tls:index/certRequest:CertRequest",
  "tls:index/locallySignedCert:LocallySignedCert",
];
/** Settings that may only grow, by their path in the stack file. */
const growing = [["webstack:admin", "deployKeyVersion"]] as const;

/**
 * Why a plan must not be carried out by a machine alone, a sentence each; empty: it may. Everything else than a
 * creation and an update in place is refused, unless it is known to lose nothing.
 */
export function planRefusals({ errors, steps }: Plan): string[] {
  return [...errors.map((error) => `the plan is refused: ${error}`), ...steps.flatMap(ofStep)];
}

function ofStep({ fate, type, name }: Step): string[] {
  const isOwn = type.startsWith("webstack:index:") || type.startsWith("pulumi:");
  const noun = type.split(":").at(-1);
  if (fate === "delete" && !isOwn && !deletable.includes(type)) {
    return [`${noun} ${name} would be deleted`];
  }
  if (fate === "replace" && !isOwn && !replaceable.includes(type)) {
    return [`${noun} ${name} would be replaced`];
  }
  return [];
}

/**
 * Why the settings of an earlier commit cannot follow those of today, a sentence each; empty: they can.
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
