import type { Settings } from "../../config";
import { type Finding, findingsOf } from "../../doctor/finding";
import type { StackOutputs } from "../operate/outputs";
import type { Certificate } from "./answer";

/** Targets of the smoke test. */
export interface Site {
  /** Visitors' URL. */
  url: string;
  /** Floating address, no prefix. */
  address: string;
  /** Health check of the app; absent: the stack serves only files. */
  health?: { path: string; status?: number };
  /** Names that must have a certificate. */
  names: readonly string[];
  loadBalancers: readonly { name: string; publicIp?: string | undefined }[];
}

/** The targets of a stack, from its outputs and its settings. */
export function siteOf(
  { url, floatingIp, nodes }: Pick<StackOutputs, "url" | "floatingIp" | "nodes">,
  { app, edgeTls }: Pick<Settings, "edgeTls"> & { app: Pick<Settings["app"], "health" | "site"> },
): Site {
  const isTrusted = edgeTls.mode === "acme" || edgeTls.mode === "pem";
  const { path, status } = app.health;
  const health = { path, ...(status === undefined ? {} : { status }) };
  return {
    ...{ url, address: floatingIp.ipv4, names: isTrusted ? edgeTls.domains : [] },
    ...(app.site.only ? {} : { health }),
    loadBalancers: nodes
      .filter(({ role }) => role === "lb")
      .map(({ name, publicIp }) => ({ name, publicIp })),
  };
}

/** Dependencies of the smoke test. */
export interface Ask {
  status: (url: URL, address: string) => Promise<number>;
  certificate: (name: string, address: string) => Promise<Certificate>;
  now: Date;
}

/**
 * Days before its end at which a certificate is certainly not being renewed: certificates of six days are renewed two
 * days before.
 */
const minDays = 1;
/**
 * Part of the lifetime, and days, before the end of a certificate from which its renewal is overdue: usually a third
 * remains at the renewal.
 */
const [lateShare, lateDays] = [1 / 4, 21];

/** Checks the site, the app's health, each name's certificate and each load balancer, all at once. */
export async function smoke(site: Site, ask: Ask): Promise<Finding[]> {
  const found = await Promise.all([
    answers(site, ask),
    ...(site.health ? [health(site, site.health, ask)] : []),
    ...site.names.map((name) => certificate(site, name, ask)),
    ...site.loadBalancers.map((one) => loadBalancer(site, one, ask)),
  ]);
  return found;
}

async function answers({ url, address }: Site, ask: Ask): Promise<Finding> {
  const { ok, failure } = findingsOf("site");
  const status = await ask.status(new URL(url), address).catch(reason);
  if (typeof status === "string") return failure(`${url} does not answer: ${status}`);
  // An app need not have a page at `/`.
  return (status < 500 ? ok : failure)(`${url} answers ${status}`);
}

async function health(
  { url, address }: Site,
  { path, status: wanted }: NonNullable<Site["health"]>,
  ask: Ask,
): Promise<Finding> {
  const { ok, failure } = findingsOf("health");
  const status = await ask.status(new URL(path, url), address).catch(reason);
  if (typeof status === "string") return failure(`${path} does not answer: ${status}`);
  const isWell = wanted === undefined ? status >= 200 && status < 400 : status === wanted;
  const rule = wanted === undefined ? "" : `, and ${wanted} is right`;
  return isWell ? ok(`${path} answers ${status}`) : failure(`${path} answers ${status}${rule}`);
}

async function certificate({ address }: Site, name: string, ask: Ask): Promise<Finding> {
  const { ok, note, warning, failure } = findingsOf("certificate");
  if (name.startsWith("*.")) return note(`${name} stands for many names; none of them is asked`);
  const found = await ask.certificate(name, address).catch(reason);
  const hint = "npm run edge:status says what the load balancers wait for";
  if (typeof found === "string") return failure(`${name} has no HTTPS: ${found}`, hint);
  const { refused, from, until, issuer } = found;
  if (refused) {
    return failure(`browsers refuse the certificate of ${name} by ${issuer}: ${refused}`, hint);
  }
  const text = `${name} has a certificate by ${issuer} until ${until.toISOString().slice(0, 16)}Z`;
  const days = (until.getTime() - ask.now.getTime()) / 86_400_000;
  if (days < minDays) return failure(`${text}: it is not being renewed`, hint);
  const lifetime = (until.getTime() - from.getTime()) / 86_400_000;
  const isLate = days < Math.min(lifetime * lateShare, lateDays);
  return isLate ? warning(`${text}: it should have been renewed`, hint) : ok(text);
}

async function loadBalancer(
  { url }: Site,
  { name, publicIp }: Site["loadBalancers"][number],
  ask: Ask,
): Promise<Finding> {
  const { ok, note, failure } = findingsOf(name);
  if (publicIp === undefined) return note("has no public address");
  const status = await ask.status(new URL(url), publicIp).catch(reason);
  if (typeof status === "string") return note(`is not reached from here: ${status}`);
  const text = `answers ${status} at ${publicIp}`;
  return status < 500 ? ok(text) : failure(text);
}

function reason(error: Error): string {
  return error.message;
}
