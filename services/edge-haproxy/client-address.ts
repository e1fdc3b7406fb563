import { trustedByAppsHeaders, trustedByAppsPrefixes, ownHeaders } from "../believed-headers";
import { generatedNotice } from "../notice";
import { text } from "../text";
import type { EdgeRules } from "./edge-rules";

/** Address blocks of the proxies that are trusted, one a line. */
export const trustedProxiesPath = "/etc/haproxy/trusted-proxies.lst";

/** Proxies behind each other that a request may have passed before a load balancer. */
const mostProxies = 4;

/** The address blocks as HAProxy reads them. */
export function trustedProxiesList(blocks: readonly string[]): string {
  return text`
    ${generatedNotice}
    ${blocks}
  `;
}

/** True if there is a proxy whose word is believed. */
export function trusts({ trustedProxies }: EdgeRules): boolean {
  return trustedProxies.length > 0;
}

/** Condition on a connection that is no trusted proxy's, with a blank before it; nothing if there are none. */
export function unlessTrusted(rules: EdgeRules): string {
  return trusts(rules) ? " if !trusted" : "";
}

/** Who is trusted: names for conditions. `trusted_2` is true if the last word but one of the header is a proxy's. */
export function trustedNames(rules: EdgeRules): string[] {
  if (!trusts(rules)) return [];
  const { clientAddressHeader: header } = rules;
  const words = range(mostProxies - 1).map(
    (n) => `acl trusted_${n} req.hdr_ip(${header},-${n}) -f ${trustedProxiesPath}`,
  );
  return [`acl trusted src -f ${trustedProxiesPath}`, ...words];
}

/**
 * From here on a request's `src` is its client: the last address of the header that is no trusted proxy's. Every
 * proxy adds the address that it sees, so what a client says itself stands before its own address, and is not reached.
 */
export function clientOfProxy(rules: EdgeRules): string[] {
  if (!trusts(rules)) return [];
  const { clientAddressHeader: header } = rules;
  const steps = range(mostProxies).map((n) => {
    const passed = range(n - 1).map((word) => ` trusted_${word}`);
    return `http-request set-src req.hdr_ip(${header},-${n}) if trusted${passed.join("")}`;
  });
  return [
    "# A trusted proxy says who its client is, and whether that one came over TLS.",
    "http-request set-var(txn.scheme) req.hdr(X-Forwarded-Proto,-1),lower if trusted { req.hdr(X-Forwarded-Proto,-1) -i http https }",
    ...steps,
  ];
}

/** What the app is told of a client; whatever a visitor says of that himself goes away first. */
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
