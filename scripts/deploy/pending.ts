import { isDeepStrictEqual } from "node:util";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { recordedValues } from "../../preview/plan";
import { migrateUnit } from "../../services/app/app-program";
import { tableCheckTemplate } from "../../services/app/app-units";
import type { BundleService } from "../../services/bundle";

/** Steps that change nothing. */
const idle = ["same", "read", "refresh"];
const appUnit = "/etc/systemd/system/app@.service";
/** Unit whose text depends on the release: an unsupported table stops only a release that never ran. */
const tableCheck = `/etc/systemd/system/${tableCheckTemplate}`;
const current = "/srv/app/current";
/** Directory of runtimes on the hosts. */
const runtimes = "/srv/runtime/";
/** A change of a unit file. */
const unitKey = /^files\["(\/etc\/systemd\/system\/[^"\\]+)"\]$/;

/** Inputs of a configuration that a release may change. */
interface ConfigurationInputs {
  files?: Record<string, unknown>;
  services?: BundleService[];
  packages?: string[];
}

function shortName(urn: string): string {
  return (urn.split("::").at(-1) ?? urn).replace(/-configuration$/, "");
}

/**
 * The text of a unit without the parts that depend on the release: the runtime, whether the release ran earlier, and
 * with `saysCommand` the command of the app's own unit.
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

/** Services without the part that depends on a pin: whether a switch of the release runs the migration again. */
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
 * The changed values of a configuration that do not depend on the release.
 *
 * @param saysCommand true if a release has its own command, which may then change with it.
 */
function beyondRelease(
  { detailedDiff, diffs, old, new: next }: StepEventMetadata,
  saysCommand: boolean,
): string[] {
  const before = (recordedValues({ old }) ?? {}) as ConfigurationInputs;
  const after = (next?.inputs ?? {}) as ConfigurationInputs;
  const keys = Object.keys(detailedDiff ?? {});
  if (keys.length === 0) return diffs?.length ? diffs : ["something"];
  return keys.filter((key) => {
    if (/^release(\.|$)/.test(key) || key === "unreached") return false;
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

/** Name of a change: the path for `files["/etc/a"]` and its parts, the first word of the key for all others. */
function place(key: string): string {
  const [, word = key, path] = /^(\w+)(?:\["([^"]+)"\])?/.exec(key) ?? [];
  if (path === undefined) return word;
  return word === "secrets" ? `${path} (secret)` : path;
}

/**
 * Changes of a planned update besides the release: a line for each resource, with the changed values of a
 * configuration. Empty: none.
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
 * The text of a unit without the parts that depend on the release's runtime: the path with variables, and whether
 * systemd searches the path for a program.
 */
function withoutRuntime(text: string): string {
  return text
    .replace(/^Environment=PATH=.*$/m, "Environment=PATH=")
    .replace(/^ExecStart=\/usr\/bin\/(?:env )?node /m, "ExecStart=node ");
}

/** A service without the part that depends on the runtime: whether it needs the runtime's files. */
function serviceWithoutRuntime({ needs = [], ...service }: BundleService): BundleService {
  return { ...service, needs: needs.filter((path) => !path.startsWith(runtimes)) };
}

/** Packages without those that a runtime needs; converge uninstalls no package. */
function withoutRuntimePackages(packages: readonly string[] = []): string[] {
  return packages.filter((name) => name !== "python3");
}
