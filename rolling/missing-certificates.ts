/** What a load balancer reports on its certificates, by name; dates as ISO time. */
interface Reported {
  certificates?:
    { names: Readonly<Record<string, { validUntil?: string | undefined }>> } | undefined;
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
