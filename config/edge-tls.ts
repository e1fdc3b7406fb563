import type { StackConfig } from "./schema";
import { setsHsts, tlsMode } from "./tls-problems";

/** HTTPS of the load balancers, as follows from all settings. */
export interface EdgeTls {
  /** Source of the certificates. */
  mode: "acme" | "pem" | "selfSigned" | "off";
  /** Host names of the stack, the first one in the stack's URL; none: the URL has the floating address. */
  domains: readonly string[];
  /** Host name to which all others redirect. @default no redirect */
  canonical?: string;
  /** True if HTTP redirects to HTTPS. */
  redirect: boolean;
  /** HSTS header: none, HTTPS only, or HTTPS only with consent to the browsers' preload list. */
  hsts: "off" | "on" | "preload";
  /** Certificate authority; only in mode `acme`. */
  acme?: { directory: string; email?: string; caPem?: string };
}

/** Combines the settings of names and TLS. */
export function edgeTls(config: StackConfig): EdgeTls {
  const { domain, domains, canonicalDomain, loadBalancers, tls, web } = config;
  const hasPem = loadBalancers.tls !== undefined;
  const mode = tlsMode({ tls, domains, hasPem }) as EdgeTls["mode"];
  // A redirect must not lead to a certificate that browsers warn of, nor change a stack file older than `tls`.
  const leadsToHttps = mode === "acme" || tls.mode === "pem";
  const hsts = tls.hsts ?? (leadsToHttps && !setsHsts(web.headers));
  return {
    mode,
    domains: domains ?? (domain === undefined ? [] : [domain]),
    ...(canonicalDomain === undefined ? {} : { canonical: canonicalDomain }),
    redirect: tls.redirect ?? leadsToHttps,
    hsts: hsts === "preload" ? hsts : hsts ? "on" : "off",
    ...(mode === "acme"
      ? {
          acme: {
            directory: tls.directory,
            ...(tls.email === undefined ? {} : { email: tls.email }),
            ...(tls.caPem === undefined ? {} : { caPem: tls.caPem }),
          },
        }
      : {}),
  };
}
