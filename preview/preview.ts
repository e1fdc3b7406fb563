import { backupLosses, edgeLosses } from "./losses";
import { cloudChanges, driftOf } from "./resource-changes";
import { costOf, type Prices, offerWarnings } from "./price-list";
import type {
  CloudChange,
  Counts,
  Effect,
  HostChange,
  Preview,
  SettingChange,
  Verdict,
} from "./model";
import { effectsOf, type TierSizes } from "./effects";
import { hostChanges, serverType, loginWarnings } from "./hosts";
import { narrowed } from "./narrowed";
import type { Plan } from "./plan";

/** Inputs of a preview besides the plan. */
export interface PreviewExtras {
  /** Name of the stack. */
  stack: string;
  /** Hetzner's prices. @default the cost is not known */
  prices?: Prices;
  /** Answer to Hetzner's `GET /server_types`. @default no warnings about server types */
  serverTypes?: unknown;
  /** Edits of the stack file. @default none are known */
  settings?: SettingChange[];
  /** Further warnings. @default none */
  warnings?: string[];
}

/** Beginning of a message that names its origin, not the problem. */
const preamble =
  /^(\S+ resource '[^']*' has a problem|Preview failed: before hook "[^"]*" failed): /;
/** Largest number of parts in the sentence about visitors. */
const maxEffects = 4;

/** Judges a plan. */
export function previewOf(plan: Plan, besides: PreviewExtras): Preview {
  const { stack, prices, serverTypes, settings = [], warnings = [] } = besides;
  const hosts = hostChanges(plan);
  const cloud = cloudChanges(plan);
  const refused = plan.errors.map((text) => text.replace(preamble, ""));
  const effects = effectsOf(hosts, cloud, sizesOf(plan), [
    ...edgeLosses(plan),
    ...narrowed(plan),
    ...backupLosses(plan, settings),
  ]);
  const isRefused = refused.length > 0;
  return {
    stack,
    verdict: isRefused ? "dangerous" : verdictOf(effects),
    reasons: [...(isRefused ? ["the plan is refused as it stands"] : []), ...reasonsOf(effects)],
    counts: countsOf(hosts, cloud),
    // A refused plan does not contain all resources.
    ...(prices && !isRefused ? { cost: costOf(plan, prices) } : {}),
    visitors: isRefused
      ? "nothing happens, since nothing is begun."
      : isFirst(plan)
        ? "there are none yet: the stack is made."
        : sentence(effects, hosts),
    refused,
    consent: consentLines(refused),
    settings,
    hosts,
    cloud,
    drift: driftOf(plan),
    isRefreshed: plan.isRefreshed,
    warnings: [
      ...warnings,
      ...plan.warnings,
      ...loginWarnings(hosts, cloud),
      ...(serverTypes ? offerWarnings(plan, serverTypes) : []),
      ...(settings.length > 0 && !isRefused ? withoutEffect(plan) : []),
    ],
  };
}

/** Warnings about edits of the stack file without an effect. */
function withoutEffect({ steps }: Plan): string[] {
  if (steps.some(({ fate }) => fate !== "same")) return [];
  return [
    "the edited settings change nothing that runs: it is so already, or they are for new servers (image, locations) " +
      "or for commands (backups.retention, backups.copy) only",
  ];
}

/** Reasons for a verdict other than safe; beside dangerous ones, the lesser ones share a line. */
function reasonsOf(effects: readonly Effect[]): string[] {
  const of = (wanted: Effect["level"]) => [
    ...new Set(effects.filter(({ level }) => level === wanted).map(({ reason }) => reason)),
  ];
  const [worst, lesser] = [of(2), of(1).filter((reason) => !of(2).includes(reason))];
  if (worst.length === 0 || lesser.length === 0) return [...worst, ...lesser];
  return [...worst, lesser.join("; ")];
}

function verdictOf([worst]: readonly Effect[]): Verdict {
  return (["safe", "careful", "dangerous"] as const)[worst?.level ?? 0];
}

/** True if the stack has no resources yet. */
function isFirst({ steps }: Plan): boolean {
  return steps.length > 0 && steps.every(({ fate }) => fate === "create");
}

/** Sentence about the worst effects. */
function sentence(effects: readonly Effect[], hosts: readonly HostChange[]): string {
  const worst = effects.filter(({ level }) => level === effects[0]?.level);
  const all = worst.flatMap((one) => one.visitors.split("; "));
  const parts = [...new Set(all)].slice(0, maxEffects);
  if (parts.length === 0) {
    return hosts.length > 0
      ? "nothing: no service that answers them is touched."
      : "nothing: no host changes.";
  }
  return `${parts.join("; ")}.`;
}

/** Number of each tier's nodes before the change. */
function sizesOf({ steps }: Plan): TierSizes {
  const sizes: Record<string, number> = {};
  for (const { type, name, fate } of steps) {
    const role = /^([a-z]+)-\d+-vm$/.exec(name)?.[1];
    if (type !== serverType || role === undefined || fate === "create") continue;
    sizes[role] = (sizes[role] ?? 0) + 1;
  }
  return sizes;
}

function countsOf(hosts: readonly HostChange[], cloud: readonly CloudChange[]): Counts {
  const units = hosts.flatMap((host) => host.units);
  const of = (...verbs: string[]) => units.filter(({ verb }) => verbs.includes(verb)).length;
  const things = [
    ...hosts.map(({ server }) => server?.kind),
    ...cloud.filter(({ isMinor }) => !isMinor).map(({ kind }) => kind),
  ];
  const ofKind = (kind: string) => things.filter((one) => one === kind).length;
  return {
    reloaded: of("reload"),
    restarted: of("restart", "stop"),
    powerCycled: ofKind("resized"),
    created: ofKind("new"),
    replaced: ofKind("replaced"),
    deleted: ofKind("deleted"),
  };
}

/** Lines of consent that a refusal proposes. */
function consentLines(refused: readonly string[]): string[] {
  const found = refused.flatMap((text) => [...text.matchAll(/webstack:consent: \["([^"]+)"\]/g)]);
  return [...new Set(found.map(([, line]) => line!))];
}
