import type { Effect, HostChange } from "./model";

/** Effect on visitors while a node is off and others of its tier serve; the same words as in rolling/outage-messages.ts. */
const noticed: Record<string, string> = {
  lb: "the address moves to the other load balancer first, and no request fails",
  web: "the other web nodes answer, and no request fails",
  app: "the other app nodes answer, and no request fails",
  db: "the others have the data; writes wait up to a second when the primary's turn comes",
};

/** Effect of switching off the only node of a tier. */
const stops: Record<string, string> = {
  lb: "the site is",
  web: "the site is",
  app: "all but static files is",
  db: "the database is",
};

/**
 * Effects of a change of a host's server.
 *
 * @param size number of nodes of the host's tier.
 * @param left number of these nodes that stay.
 */
export function serverEffects(
  { node, role, server }: HostChange,
  size: number,
  left: number,
): Effect[] {
  switch (server?.kind) {
    case undefined:
    case "changed":
      return [];
    case "new":
      return [{ level: 0, visitors: "new servers come in once they are healthy", reason: "" }];
    case "resized":
      return [resized(role, size)];
    case "replaced":
      return [
        {
          level: 2,
          visitors: "a server is lost and made anew; its requests and connections are cut",
          reason: `${node} is deleted with its disk and made anew`,
        },
      ];
    case "deleted":
      return [deleted(node, role), ...(left === 1 ? [alone(node, role)] : [])];
  }
}

function resized(role: string, size: number): Effect {
  if (size > 1) {
    const visitors = `one server at a time is taken out of service and switched off for about 2 min; ${noticed[role]}`;
    return { level: 1, visitors, reason: `${role} servers are switched off, one after the other` };
  }
  const visitors = `${stops[role] ?? "the site is"} off for about 2 min: the only ${role} server is switched off`;
  return { level: 2, visitors, reason: `nobody stands in for the only ${role} server` };
}

function deleted(node: string, role: string): Effect {
  const reason = `${node} is deleted with its disk, for good`;
  if (role === "db") {
    const visitors =
      "the other databases go on without it; writes wait up to a second if it was the primary";
    return { level: 1, visitors, reason };
  }
  const visitors = `${node} gets no new requests before it goes; one that takes longer than the change is cut`;
  return { level: 1, visitors, reason };
}

function alone(node: string, role: string): Effect {
  const { visitors } = deleted(node, role);
  return { level: 1, visitors, reason: `one ${role} node is left, and nobody stands in for it` };
}
