import { readFileSync } from "node:fs";

/** Times of operators' requests for a new certificate by host name, milliseconds since 1970, by this node's clock. */
export type RenewalRequests = Readonly<Record<string, number>>;

/**
 * Reads the requests, which `edge renew` writes. A request counts until the node has a certificate that it got
 * later, or until the node restarts.
 *
 * @param path file with the requests as JSON. A missing or malformed file has none.
 */
export function readRenewalRequests(path: string): RenewalRequests {
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(found).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    );
  } catch {
    return {};
  }
}

/**
 * The requests with new ones for `names`; no name stands for all.
 *
 * @param domains names that have certificates of the authority.
 * @throws Error for a name without one, with the names that have one.
 */
export function withRenewalRequests(
  requests: RenewalRequests,
  names: readonly string[],
  domains: readonly string[],
  nowMs: number,
): RenewalRequests {
  const unknown = names.filter((name) => !domains.includes(name));
  if (domains.length === 0)
    throw new Error("no name of this stack has a certificate of an authority");
  if (unknown.length > 0) {
    throw new Error(
      `no certificate is ordered for ${unknown.join(", ")}; names: ${domains.join(", ")}`,
    );
  }
  const requestedNames = names.length > 0 ? names : domains;
  return { ...requests, ...Object.fromEntries(requestedNames.map((name) => [name, nowMs])) };
}
