import type { BundleService } from "../services/bundle";
import type { Values } from "../plugin/values";
import { addedPackages, appProcesses, fileChanges, unitChanges } from "./host-changes";
import type { HostChange, CloudChange } from "./model";
import type { Plan, Step } from "./plan";
import { isUnknown, mapOf, valueChanges, valueText } from "./values";

/** Type tokens. */
export const configurationType = "host:index:Configuration";

export const serverType = "hcloud:index/server:Server";

/** Tier of the host whose configuration the step updates, such as `lb`; undefined: the step does something else. */
export function updatedTier({ type, name, fate }: Step): string | undefined {
  if (type !== configurationType || fate !== "update") return undefined;
  return /^([a-z]+)-\d+-configuration$/.exec(name)?.[1];
}

/** Text for a host whose files are not known before the change. */
export const unknownConfiguration =
  "which files change is known only once keys that this change makes are there";

/** Number of shown digits of a release's digest. */
const digits = 12;

/** Tiers in the order of their configuration. */
const order = ["db", "app", "web", "lb"];

/** Inputs of a configuration that have texts of their own, or that mean nothing to a reader. */
const describedInputs =
  /^(files|secrets|attributes|services|checks|loginFiles|release|node|role|connection)\b/;

/** Changes of each host that changes, in the order of the rollout. */
export function hostChanges({ steps }: Plan): HostChange[] {
  const nodes = new Map<string, { server?: Step; configuration?: Step }>();
  for (const step of steps) {
    if (step.fate === "same") continue;
    // The program's names, because the values may not be known yet.
    if (step.type === serverType) entry(step.name.replace(/-vm$/, "")).server = step;
    if (step.type === configurationType) {
      entry(step.name.replace(/-configuration$/, "")).configuration = step;
    }
  }
  return [...nodes]
    .map(([node, { server, configuration }]) => hostChange(node, server, configuration))
    .sort((a, b) => rank(a) - rank(b) || a.node.localeCompare(b.node, "en", { numeric: true }));

  function entry(node: string) {
    const found = nodes.get(node) ?? {};
    nodes.set(node, found);
    return found;
  }
}

function rank({ role }: HostChange): number {
  return order.indexOf(role);
}

function hostChange(node: string, server?: Step, configuration?: Step): HostChange {
  const isRunning = configuration?.fate === "update" && !isUnknownYet(configuration);
  const release = isRunning ? releaseChange(configuration) : undefined;
  const files = isRunning ? fileChanges(configuration) : [];
  const root = String(mapOf(configuration?.after.release).root ?? "/srv/app");
  const paths = [...files.map(({ path }) => path), ...(release ? [`${root}/current`] : [])];
  const fate = server && serverChange(server);
  const packages = isRunning ? addedPackages(configuration) : [];
  const processes = isRunning ? appProcesses(configuration) : 0;
  const units = isRunning ? unitChanges(configuration, paths) : [];
  const others = isRunning ? otherChanges(configuration) : whole(server, configuration);
  const isShown = [fate, release].some(Boolean) || [files, units, packages, others].some(isFilled);
  return {
    node,
    role: /^[a-z]+/.exec(node)?.[0] ?? "",
    ...(fate ? { server: fate } : {}),
    ...(release ? { release } : {}),
    files,
    units,
    ...(packages.length > 0 ? { packages } : {}),
    ...(processes > 0 ? { processes } : {}),
    others: isRunning && !isShown ? checksAlone(configuration) : others,
  };
}

/** True if even the names of the host's files depend on values that only the change creates. */
function isUnknownYet({ after }: Step): boolean {
  return isUnknown(after.files);
}

/** Texts for a configuration that cannot be compared part by part. */
function whole(server?: Step, configuration?: Step): string[] {
  if (!configuration) return [];
  if (configuration.fate === "update") return [unknownConfiguration];
  if (server && server.fate === configuration.fate) return [];
  return {
    create: ["is configured for the first time"],
    delete: ["is no longer configured"],
    replace: ["is configured anew, as a new machine"],
    same: [],
  }[configuration.fate];
}

function isFilled({ length }: readonly unknown[]): boolean {
  return length > 0;
}

/** Text for a configuration of which only the checks change, such as the health checks by an edit of `tls.internal`. */
function checksAlone({ before, after }: Step): string[] {
  const [old, next] = [before, after].map(({ services }) => healthOf(services));
  const units = Object.keys(next!).filter((unit) => unit in old! && old![unit] !== next![unit]);
  const names = units.map((unit) => unit.replace(/\.service$/, "")).join(", ");
  const what = names ? `the health check of ${names}` : "how a change is checked and applied";
  return [`${what} changes, and no service reloads or restarts`];
}

/** Health check of each unit, as text. */
function healthOf(services: unknown): Record<string, string> {
  const all = Array.isArray(services) ? (services as BundleService[]) : [];
  return Object.fromEntries(all.map(({ unit, health }) => [unit, JSON.stringify(health) ?? ""]));
}

function releaseChange({ before, after }: Step): HostChange["release"] {
  const digest = (values: Values) => {
    const found = mapOf(values.release).digest;
    return found === undefined ? undefined : valueText(found).slice(0, digits);
  };
  const [from, to] = [digest(before), digest(after)];
  if (from === to) return undefined;
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) };
}

function otherChanges(step: Step): string[] {
  const { changed } = step;
  const way = changed.some((path) => /^connection\b/.test(path));
  const renamed = loginText(step);
  return [
    ...valueChanges({ ...step, changed: changed.filter((path) => !describedInputs.test(path)) }),
    ...(renamed ? [renamed] : way ? ["is reached over SSH in another way"] : []),
  ];
}

function serverChange(step: Step): NonNullable<HostChange["server"]> {
  const { fate, before, after } = step;
  const what = ({ serverType: type, location }: Values) =>
    [valueText(type), valueText(location)] as const;
  if (fate === "create") {
    const [type, location] = what(after);
    return { kind: "new", text: `new server, ${type}`, location };
  }
  if (fate === "delete") {
    const [type, location] = what(before);
    return { kind: "deleted", text: `server deleted, ${type}`, location };
  }
  if (fate === "replace") {
    return {
      kind: "replaced",
      text: `server deleted and made anew, ${valueChanges(step).join("; ")}`,
    };
  }
  if (before.serverType !== after.serverType) {
    const types = `${valueText(before.serverType)} -> ${valueText(after.serverType)}`;
    return { kind: "resized", text: `server resized: ${types}, switched off meanwhile` };
  }
  return { kind: "changed", text: `server: ${valueChanges(step).join("; ")}` };
}

const begin = "login ";

const end =
  ": the new one is added and proved by a login, nobody notices; the former one goes once all nodes have the new one";

/** Text of a host's change of the login name (`admin.user`); undefined without one. */
function loginText({ before, after }: Step): string | undefined {
  const [from, to] = [before, after].map(({ connection }) => mapOf(connection).user);
  if (typeof from !== "string" || typeof to !== "string" || from === to) return undefined;
  return `${begin}${from} -> ${to}${end}`;
}

/**
 * Warnings about a change of the login name together with one that logs in before it: a resize, which drains the server
 * first, and a new deploy key. Such an `up` stops at its first login, before it has changed a host.
 */
export function loginWarnings(
  hosts: readonly HostChange[],
  cloud: readonly CloudChange[],
): string[] {
  if (!hosts.some(({ others }) => others.some((text) => text.endsWith(end)))) return [];
  const isResized = hosts.some(({ server }) => server?.kind === "resized");
  const hasKey = cloud.some(({ what }) => what.startsWith("deploy key on all hosts"));
  const other = isResized ? "a server type" : hasKey ? "admin.deployKeyVersion" : undefined;
  if (other === undefined) return [];
  return [
    `admin.user and ${other} must not change in one up, which would stop before it changes a host; ` +
      "apply one of the edits first, then the other",
  ];
}
