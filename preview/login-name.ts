import type { CloudChange, HostChange } from "./model";
import type { Step } from "./plan";
import { mapOf } from "./values";

const begin = "login ";
const end =
  ": the new one is added and proved by a login, nobody notices; the former one goes once all nodes have the new one";

/** Text of a host's change of the login name (`admin.user`); undefined without one. */
export function loginText({ before, after }: Step): string | undefined {
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
