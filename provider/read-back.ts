import { createHash } from "node:crypto";
import type { State } from "./inputs";
import type { HostReading } from "./remote";

/**
 * State of a secret file with another content on the host. The state is also in the file's attributes, since engines
 * show no difference between two secrets.
 */
const changedSecret = "changed on the host";
/** State of a missing release. */
const noRelease = "0".repeat(64);

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The members of `map` that exist on the host, with the host's values. */
function found(map: Record<string, string>, there: Record<string, string | null>) {
  const entries = Object.keys(map).flatMap((path) => {
    const value = there[path] ?? undefined;
    return value === undefined ? [] : [[path, value]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function foundSecrets(secrets: Record<string, string>, there: HostReading["secrets"]) {
  const entries = Object.entries(secrets).flatMap(([path, content]) => {
    const seen = there[path] ?? undefined;
    if (seen === undefined) return [];
    return [[path, seen === digest(content) ? content : changedSecret]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Owner, group and mode as they are on the host; for a secret file with another content, that fact too. */
function foundAttributes({ attributes, secrets }: State, reading: HostReading) {
  const there = found(attributes, reading.attributes);
  const changed = Object.entries(foundSecrets(secrets, reading.secrets)).flatMap(
    ([path, content]): [string, string][] =>
      content === changedSecret && there[path] !== undefined
        ? [[path, `${there[path]}, ${changedSecret}`]]
        : [],
  );
  return { ...there, ...Object.fromEntries(changed) };
}

/** Running services as recorded; the state of all others, so that `up` starts them. */
function foundServices(services: State["services"], { services: states, pending }: HostReading) {
  return services.map((service) => {
    const state = states[service.unit] ?? "unknown";
    const isUp = ["active", "activating", "reloading"].includes(state);
    if (isUp && !pending) return service;
    return { ...service, onHost: isUp ? "an interrupted run may have left it behind" : state };
  });
}

/**
 * The recorded state, with files, attributes, release and services as they are on the host, so that a
 * preview shows an edit by hand as the reverse diff. For a secret file with another content the state only
 * records that fact; it omits a missing secret file.
 */
export function readBack(state: State, reading: HostReading): State {
  const { release } = state;
  return {
    ...state,
    files: found(state.files, reading.files),
    attributes: foundAttributes(state, reading),
    secrets: foundSecrets(state.secrets, reading.secrets),
    services: foundServices(state.services, reading),
    ...(release ? { release: { ...release, digest: reading.release ?? noRelease } } : {}),
  };
}
