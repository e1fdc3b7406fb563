import {
  trustedByAppsHeaders,
  trustedByAppsPrefixes,
  ownHeaders,
} from "../nginx/forwarded-headers";
import { generatedNotice, text } from "../text";
import type { EdgeRules } from "./edge-rules";

/** Path of the list of the trusted proxies' address blocks, one on each line. */
export const trustedProxiesPath = "/etc/haproxy/trusted-proxies.lst";

/** Largest number of proxies that a request may pass before a load balancer. */
const maxProxies = 4;

/** Renders the list of address blocks as HAProxy reads it. */
export function trustedProxiesList(blocks: readonly string[]): string {
  return text`
    ${generatedNotice}
    ${blocks}
  `;
}

/** True if the stack file names at least one trusted proxy. */
export function trusts({ trustedProxies }: EdgeRules): boolean {
  return trustedProxies.length > 0;
}

/** Condition that a connection is not from a trusted proxy, with a leading blank; empty without trusted proxies. */
export function unlessTrusted(rules: EdgeRules): string {
  return trusts(rules) ? " if !trusted" : "";
}

/** ACLs for trusted proxies. `trusted_2` is true if the last address but one in the header is a trusted proxy's. */
export function trustedNames(rules: EdgeRules): string[] {
  if (!trusts(rules)) return [];
  const { clientAddressHeader: header } = rules;
  const words = range(maxProxies - 1).map(
    (n) => `acl trusted_${n} req.hdr_ip(${header},-${n}) -f ${trustedProxiesPath}`,
  );
  return [`acl trusted src -f ${trustedProxiesPath}`, ...words];
}

/**
 * Rules that set a request's `src` to its client: the last address in the header that is not a trusted proxy's. Every
 * proxy appends the address that it sees. An address that the client itself sent stands before the client's address,
 * so these rules never reach it.
 */
export function clientOfProxy(rules: EdgeRules): string[] {
  if (!trusts(rules)) return [];
  const { clientAddressHeader: header } = rules;
  const steps = range(maxProxies).map((n) => {
    const passed = range(n - 1).map((word) => ` trusted_${word}`);
    return `http-request set-src req.hdr_ip(${header},-${n}) if trusted${passed.join("")}`;
  });
  return [
    "# A trusted proxy says who its client is, and whether that one came over TLS.",
    "http-request set-var(txn.scheme) req.hdr(X-Forwarded-Proto,-1),lower if trusted { req.hdr(X-Forwarded-Proto,-1) -i http https }",
    ...steps,
  ];
}

/** Rules that tell the app a client's address and protocol; they first remove a visitor's own such headers. */
export function setClientHeaders(rules: EdgeRules): string[] {
  const names = [...trustedByAppsHeaders, ...ownHeaders].map(anySpelling);
  const prefixes = trustedByAppsPrefixes.map((prefix) => `${anySpelling(prefix)}.*`);
  const { clientAddressHeader: header } = rules;
  return [
    "# Apps believe these. What a visitor says in them, in any spelling, does not pass.",
    `http-request del-header ^(${[...names, ...prefixes].join("|")})$ -m reg`,
    ...(trusts(rules) ? [`http-request del-header ${header}`] : []),
    "http-request set-header X-Forwarded-For %[src]",
    "http-request set-header X-Forwarded-Proto https if { ssl_fc }",
    "http-request set-header X-Forwarded-Proto http if !{ ssl_fc }",
    ...(trusts(rules)
      ? [
          "http-request set-header X-Forwarded-Proto %[var(txn.scheme)] if { var(txn.scheme) -m found }",
        ]
      : []),
  ];
}

function anySpelling(name: string): string {
  return name.toLowerCase().replaceAll("-", "[-_]");
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
