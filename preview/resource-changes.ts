import { fileChanges } from "./host-changes";
import { configurationType, serverType } from "./hosts";
import type { CloudChange, Drift } from "./model";
import type { Plan, Step } from "./plan";
import { valueChanges } from "./values";

/** Nouns for resource types; a minor type only accompanies another resource. */
const nouns: Record<string, { noun: string; isMinor?: boolean }> = {
  "hcloud:index/volume:Volume": { noun: "volume" },
  "hcloud:index/floatingIp:FloatingIp": { noun: "public address" },
  "hcloud:index/primaryIp:PrimaryIp": { noun: "public address" },
  "hcloud:index/network:Network": { noun: "private network" },
  "hcloud:index/networkSubnet:NetworkSubnet": { noun: "subnet", isMinor: true },
  "hcloud:index/networkRoute:NetworkRoute": { noun: "route", isMinor: true },
  "hcloud:index/firewall:Firewall": { noun: "firewall" },
  "hcloud:index/sshKey:SshKey": { noun: "SSH key", isMinor: true },
  "host:index:DeployKey": { noun: "deploy key on all hosts", isMinor: true },
  "hcloud:index/rdns:Rdns": { noun: "reverse DNS record", isMinor: true },
  "hcloud:index/serverNetwork:ServerNetwork": { noun: "private network card", isMinor: true },
  "hcloud:index/volumeAttachment:VolumeAttachment": { noun: "place of a volume", isMinor: true },
  "hcloud:index/placementGroup:PlacementGroup": { noun: "placement group", isMinor: true },
};

const kinds = { create: "new", update: "changed", delete: "deleted", replace: "replaced" } as const;
/** Types that other parts of the preview describe, and types without a resource behind them. */
const elsewhere = [serverType, configurationType, "host:index:Inventory"];

/** Changes of all resources other than hosts, sorted by name: the engine's order differs from run to run. */
export function cloudChanges({ steps }: Plan): CloudChange[] {
  const changes = steps.flatMap((step): CloudChange[] => {
    const { fate, type } = step;
    if (fate === "same" || elsewhere.includes(type) || /^(webstack|pulumi):/.test(type)) return [];
    const isMinor = !(type in nouns) || nouns[type]!.isMinor === true;
    // Keys, passwords and certificates have no values to show.
    const isKey = /^(tls|random):/.test(type);
    const hasValues = !isKey && (fate === "update" || fate === "replace");
    const values = hasValues ? valueChanges(step) : [];
    const shrink = shrinkOf(step);
    const refused = shrink === undefined ? {} : { refused: shrink };
    return [{ what: describe(step), kind: kinds[fate], values, isMinor, ...refused }];
  });
  return changes.sort((a, b) => a.what.localeCompare(b.what, "en", { numeric: true }));
}

/**
 * The update of a volume that the cloud refuses in the middle of an `up`, as the end of a sentence; undefined for every
 * other step. Source: API reference, `POST /volumes/{id}/actions/resize`: the new size must be greater.
 */
export function shrinkOf({ fate, type, before, after }: Step): string | undefined {
  if (fate !== "update" || type !== "hcloud:index/volume:Volume") return undefined;
  const [from, to] = [Number(before.size), Number(after.size)];
  if (!(to < from)) return undefined;
  return `go from ${from} to ${to} GB, and Hetzner makes no volume smaller`;
}

/** A resource's noun and its name in the program, such as `volume db-1-volume`. */
function describe({ type, name }: Step): string {
  return `${nouns[type]?.noun ?? plainNoun(type)} ${name}`;
}

/** `tls:index/privateKey:PrivateKey` as `private key`. */
function plainNoun(type: string): string {
  const last = type.split(":").at(-1) ?? type;
  return last.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

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
