import { createHash } from "node:crypto";
import type { State } from "./inputs";
import type { HostReading } from "./remote";

/** Stands in the state for a secret file whose content is another one on the host. */
const changedSecret = "changed on the host";
/** Stands in the state for a release that is not there. */
const noRelease = "0".repeat(64);

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The members of `map` that are on the host, as they are there. */
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

/** Services that are up are as recorded; the others get what is the matter, which `up` then mends. */
function foundServices(services: State["services"], { services: states, pending }: HostReading) {
  return services.map((service) => {
    const state = states[service.unit] ?? "unknown";
    const isUp = ["active", "activating", "reloading"].includes(state);
    if (isUp && !pending) return service;
    return { ...service, onHost: isUp ? "an interrupted run may have left it behind" : state };
  });
}

/**
 * The recorded state with what is really on the host in place of files, attributes, release and
 * services, so that a preview shows a human's edit as the reverse diff. Of a secret file that
 * differs nothing is known but that; one that is gone is left out.
 */
export function readBack(state: State, reading: HostReading): State {
  const { release } = state;
  return {
    ...state,
    files: found(state.files, reading.files),
    attributes: found(state.attributes, reading.attributes),
    secrets: foundSecrets(state.secrets, reading.secrets),
    services: foundServices(state.services, reading),
    ...(release ? { release: { ...release, digest: reading.release ?? noRelease } } : {}),
  };
}
