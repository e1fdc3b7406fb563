/** A request about the TXT record that proves a wildcard domain to a certificate authority. */
export interface ChallengeRequest {
  /** Wildcard domain of the stack, such as `*.example.com`. */
  domain: string;
  /** Change of the record; absent: the zone of the domain is read. */
  change?: { verb: "add" | "remove"; value: string };
}

/** Digest of a challenge: SHA-256 in base64url. Source: RFC 8555, 8.4. */
const digest = /^[A-Za-z0-9_-]{43}$/;

/**
 * Decides about the body of such a request.
 *
 * @param wildcards the stack's wildcard domains. The record's name follows from them, never from the body.
 *
 * @returns the reason of a refusal as text.
 */
export function challengeRequest(
  body: unknown,
  wildcards: readonly string[],
): ChallengeRequest | string {
  const { domain, verb, value } = (body ?? {}) as Record<string, unknown>;
  const known = wildcards.find((one) => one === domain);
  if (known === undefined) {
    return `${shown(domain)} is not a wildcard domain of this stack`;
  }
  if (verb === "find") return { domain: known };
  if (verb !== "add" && verb !== "remove") {
    return `a record may be found, added or removed, got ${shown(verb)}`;
  }
  if (typeof value !== "string" || !digest.test(value)) {
    return `the value of a challenge record has 43 characters of base64url, got ${shown(value)}`;
  }
  return { domain: known, change: { verb, value } };
}

/** A value of the caller for the log, on one line and short. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 100);
}
