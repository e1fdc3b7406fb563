import { isDeepStrictEqual } from "node:util";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { migrateUnit } from "../../services/app/app-units";
import { tableCheckTemplate } from "../../services/app/table-check";
import type { BundleService } from "../../services/bundle";

/** Steps that change nothing. */
const idle = ["same", "read", "refresh"];
const appUnit = "/etc/systemd/system/app@.service";
/** Says itself whether a wrong table ends the release, which it does not if the release ran before. */
const tableCheck = `/etc/systemd/system/${tableCheckTemplate}`;
const current = "/srv/app/current";
/** Directory of runtimes on the hosts. */
const runtimes = "/srv/runtime/";
/** A change of a unit file. */
const unitKey = /^files\["(\/etc\/systemd\/system\/[^"\\]+)"\]$/;

/** Inputs of a configuration, as far as a release may touch them. */
interface ConfigurationInputs {
  files?: Record<string, unknown>;
  services?: BundleService[];
  packages?: string[];
}

function shortName(urn: string): string {
  return (urn.split("::").at(-1) ?? urn).replace(/-configuration$/, "");
}

/**
 * A unit without what a release brings: its runtime, whether it was here before, and where `saysCommand` the
 * command of the app's own unit.
 */
function withoutRelease(
  { files = {} }: ConfigurationInputs,
  path: string,
  saysCommand: boolean,
): string {
  const text = withoutRuntime(String(files[path]));
  const varies = path === tableCheck || (saysCommand && path === appUnit);
  return varies ? text.replace(/^ExecStart=.*$/m, "ExecStart=") : text;
}

/** Services without what a pin changes: whether the migration runs again when the release is switched. */
function withoutPin({ services = [] }: ConfigurationInputs): BundleService[] {
  return services
    .map(serviceWithoutRuntime)
    .map((service) =>
      service.unit === migrateUnit
        ? { ...service, restartFiles: service.restartFiles.filter((path) => path !== current) }
        : service,
    );
}

/**
 * The values of a configuration that would change though no release changes them.
 *
 * @param saysCommand whether a release says its command itself, so that this may change with it.
 */
function beyondRelease(
  { detailedDiff, diffs, old, new: next }: StepEventMetadata,
  saysCommand: boolean,
): string[] {
  const before = (old?.inputs ?? {}) as ConfigurationInputs;
  const after = (next?.inputs ?? {}) as ConfigurationInputs;
  const keys = Object.keys(detailedDiff ?? {});
  if (keys.length === 0) return diffs?.length ? diffs : ["something"];
  return keys.filter((key) => {
    if (/^release(\.|$)/.test(key)) return false;
    const [, unit] = unitKey.exec(key) ?? [];
    if (unit !== undefined && unit in (before.files ?? {}) && unit in (after.files ?? {})) {
      const [one, other] = [before, after].map((inputs) =>
        withoutRelease(inputs, unit, saysCommand),
      );
      return one !== other;
    }
    if (/^packages(\[|$)/.test(key)) {
      const [one, other] = [before, after].map(({ packages }) => withoutRuntimePackages(packages));
      return !isDeepStrictEqual(one, other);
    }
    if (key.startsWith("services[")) {
      return !isDeepStrictEqual(withoutPin(before), withoutPin(after));
    }
    return true;
  });
}

/** `files["/etc/a"]` and what belongs to it as the path, everything else by its first word. */
function place(key: string): string {
  const [, word = key, path] = /^(\w+)(?:\["([^"]+)"\])?/.exec(key) ?? [];
  if (path === undefined) return word;
  return word === "secrets" ? `${path} (secret)` : path;
}

/**
 * What a planned update would change besides the release: a line for each resource, with the values of a
 * configuration. Empty: nothing.
 */
export function pendingEdits(events: readonly EngineEvent[], saysCommand: boolean): string[] {
  return events.flatMap(({ resourcePreEvent }) => {
    const step = resourcePreEvent?.metadata;
    if (!step || idle.includes(step.op)) return [];
    const name = shortName(step.urn);
    const isUpdate = step.op === "update" && step.type === "host:index:Configuration";
    if (!isUpdate) return [`${name}: ${step.op} ${step.type.split(":").at(-1)}`];
    const places = beyondRelease(step, saysCommand).map(place);
    return places.length === 0 ? [] : [`${name}: ${[...new Set(places)].join(", ")}`];
  });
}

/**
 * The text of a unit without what the runtime of a release says there: its path with variables, and whether a
 * program is looked for in it.
 */
function withoutRuntime(text: string): string {
  return text
    .replace(/^Environment=PATH=.*$/m, "Environment=PATH=")
    .replace(/^ExecStart=\/usr\/bin\/(?:env )?node /m, "ExecStart=node ");
}

/** The same for a service: whether it waits for the runtime. */
function serviceWithoutRuntime({ needs = [], ...service }: BundleService): BundleService {
  return { ...service, needs: needs.filter((path) => !path.startsWith(runtimes)) };
}

/** The same for packages: a runtime may need its own, and one taken away stays installed. */
function withoutRuntimePackages(packages: readonly string[] = []): string[] {
  return packages.filter((name) => name !== "python3");
}
