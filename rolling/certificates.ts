/** What a load balancer reports on one certificate; dates as ISO time, absent without a certificate. */
interface NamedCertificate {
  validUntil?: string | undefined;
  renewAfter?: string | undefined;
}

/** What a load balancer reports on its certificates, by name. */
interface Reported {
  certificates?: { names: Readonly<Record<string, NamedCertificate>> } | undefined;
}

/** A load balancer without a valid certificate for names for which another load balancer has one. */
export interface MissingCertificates {
  node: string;
  names: string[];
}

/**
 * Load balancers that would serve a placeholder to visitors whom another load balancer serves with a valid
 * certificate. A name without a valid certificate anywhere is missing on no load balancer: the authority has not
 * issued it yet, or not again.
 *
 * @param nowMs time since the epoch, milliseconds.
 */
export function missingCertificates(
  states: ReadonlyMap<string, Reported | undefined>,
  nowMs: number,
): MissingCertificates[] {
  const valid = [...states].flatMap(([node, state]) =>
    Object.entries(state?.certificates?.names ?? {})
      .filter(([, { validUntil }]) => validUntil !== undefined && Date.parse(validUntil) > nowMs)
      .map(([name]) => ({ node, name })),
  );
  const everywhere = [...new Set(valid.map(({ name }) => name))];
  return [...states]
    .filter(([, state]) => state?.certificates !== undefined)
    .map(([node]) => {
      const own = new Set(valid.filter((one) => one.node === node).map(({ name }) => name));
      return { node, names: everywhere.filter((name) => !own.has(name)) };
    })
    .filter(({ names }) => names.length > 0);
}

/** The reason why a load balancer is not ready, for an operator. */
export function missingText({ node, names }: MissingCertificates): string {
  const shown = names.slice(0, 3).join(", ");
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `${node} has no valid certificate for ${shown}${more}, another load balancer has; the two exchange them within a minute (journalctl -u webstack-acme on ${node})`;
}

/** Longest time after the time of renewal that a renewal may take, milliseconds: a day. */
const mostMarginMs = 24 * 3_600_000;

/**
 * A line for each load balancer and name whose certificate has ended, or is not renewed a day after its time of renewal,
 * or half of the time from then to its end if that is shorter.
 *
 * @param nowMs milliseconds since 1970.
 */
export function certificateProblems(
  states: ReadonlyMap<string, Reported | undefined>,
  nowMs: number,
): string[] {
  return [...states].flatMap(([node, state]) =>
    Object.entries(state?.certificates?.names ?? {}).flatMap(([name, one]) => {
      const problem = problemOf(one, nowMs);
      return problem === undefined ? [] : [`${node}  ${name}  ${problem}`];
    }),
  );
}

function problemOf({ validUntil, renewAfter }: NamedCertificate, nowMs: number) {
  if (validUntil === undefined) return undefined;
  const endMs = Date.parse(validUntil);
  if (nowMs >= endMs) return `THE CERTIFICATE ENDED at ${validUntil}`;
  const renewMs = renewAfter === undefined ? endMs : Date.parse(renewAfter);
  const lateMs = renewMs + Math.min(mostMarginMs, (endMs - renewMs) / 2);
  if (nowMs < lateMs) return undefined;
  const hours = Math.floor((endMs - nowMs) / 3_600_000);
  return `the certificate SHOULD BE RENEWED since ${renewAfter}, and ends in ${hours} h`;
}
