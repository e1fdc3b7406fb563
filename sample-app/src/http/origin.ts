/** The parts of a request that tell where it comes from. */
export interface Source {
  method: string;
  /** `Sec-Fetch-Site`, sent by browsers to https and localhost. */
  site?: string;
  /** `Origin`, sent by browsers with every POST. */
  origin?: string;
  /** `Host`, with or without a port: some proxies drop it. */
  host?: string;
}

/**
 * True if the request may change something: it was not made by a page of another site. A request
 * without any of the headers comes from no browser, so it carries nobody's cookies unasked.
 */
export function mayChange({ method, site, origin, host }: Source): boolean {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return true;
  if (site !== undefined) return site === "same-origin" || site === "none";
  return origin === undefined || sameHost(origin, host);
}

function sameHost(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const from = new URL(origin);
  return from.host === host.toLowerCase() || from.hostname === host.toLowerCase();
}
