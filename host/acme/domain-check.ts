import { randomBytes } from "node:crypto";
import { get as getPlain } from "node:http";
import { get as getSecure } from "node:https";
import { isIP } from "node:net";
import { type Answer, answerTo } from "./http-answer";

/** Limits of one answer, and of all answers of a check together, milliseconds. */
const limits = { answerMs: 5_000, maxLength: 100_000 };
const allMs = 15_000;

/**
 * Redirects that Let's Encrypt follows: at most ten, to host names, over HTTP or HTTPS whatever the certificate, on ports
 * 80 and 443. Source: https://letsencrypt.org/docs/challenge-types/#http-01-challenge
 */
const mostRedirects = 10;
const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];
const usualPorts: readonly number[] = [80, 443];

/**
 * Checks as the authority would whether requests for a domain reach these load balancers, directly or
 * through a proxy in front of them. The check uses a token of its own and no request to the authority.
 *
 * @param thumbprint thumbprint of the account key, which only these load balancers answer with.
 * @param ports ports that a redirect may lead to. @default 80 and 443, as Let's Encrypt has it
 * @returns the problem; undefined if the domain leads here.
 */
export async function domainProblem(
  name: string,
  thumbprint: string,
  ports = usualPorts,
): Promise<string | undefined> {
  const token = randomBytes(16).toString("hex");
  const signal = AbortSignal.timeout(allMs);
  let url = new URL(`http://${name}/.well-known/acme-challenge/${token}`);
  for (let redirects = 0; ; redirects += 1) {
    const place = placeOf(name, url, redirects);
    try {
      const { status, headers, text } = await answerAt(url, signal);
      if (status === 200 && text.trim() === `${token}.${thumbprint}`) return undefined;
      const location = redirectStatuses.includes(status) ? headers.location : undefined;
      if (location === undefined || !URL.canParse(location, url.href)) {
        return `${place} is answered by another server (status ${status}); ${remedy(redirects)}`;
      }
      url = new URL(location, url);
    } catch (error) {
      return silence(place, url.hostname, error as NodeJS.ErrnoException, signal.aborted);
    }
    const refused =
      redirects < mostRedirects ? targetProblem(url, ports) : "more than 10 redirects";
    if (refused !== undefined) {
      return `${place} redirects to ${url.origin}/, which an authority does not follow: ${refused}`;
    }
  }
}

/** No certificate is verified: the name may not have one that is valid. */
function answerAt(url: URL, signal: AbortSignal): Promise<Answer> {
  const options = { agent: false, timeout: limits.answerMs, signal };
  const call =
    url.protocol === "https:"
      ? getSecure(url, { ...options, rejectUnauthorized: false })
      : getPlain(url, options);
  return answerTo(call, limits);
}

function placeOf(name: string, url: URL, redirects: number): string {
  return redirects === 0 ? `http://${name}/` : `http://${name}/ leads to ${url.origin}/, which`;
}

function remedy(redirects: number): string {
  const records = "point the domain's DNS records to the load balancers' addresses";
  return redirects === 0
    ? records
    : `${records}, or let what redirects pass /.well-known/acme-challenge/ on to port 80`;
}

function targetProblem(url: URL, ports: readonly number[]): string | undefined {
  const isSecure = url.protocol === "https:";
  if (!isSecure && url.protocol !== "http:") return `${url.protocol} is neither HTTP nor HTTPS`;
  const port = Number(url.port || (isSecure ? 443 : 80));
  if (!ports.includes(port)) return `port ${port} is not ${ports.join(" or ")}`;
  const isAddress = isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0;
  return isAddress ? "the target is an address, not a host name" : undefined;
}

function silence(place: string, host: string, error: NodeJS.ErrnoException, isLate: boolean) {
  const { code, message } = error;
  if (code === "ENOTFOUND" || code === "ENODATA")
    return `DNS has no address for ${host}; add A and AAAA records for the load balancers' addresses`;
  if (code === "EAI_AGAIN") return `DNS does not answer for ${host}`;
  const reason = isLate ? `no whole answer within ${allMs / 1000} s` : message;
  return `${place} does not answer: ${reason}`;
}
