import type { StackConfig } from "./schema";
import { setsHsts, tlsMode } from "./tls-problems";

/** HTTPS of the load balancers, as all settings together say. */
export interface EdgeTls {
  /** Where the certificates are from. */
  mode: "acme" | "pem" | "selfSigned" | "off";
  /** Host names of the stack, the first one in its URL; none: the floating address is the name. */
  domains: readonly string[];
  /** The name that all others redirect to. @default none does */
  canonical?: string;
  /** Whether HTTP redirects to HTTPS. */
  redirect: boolean;
  /** What browsers are told: nothing, HTTPS alone, or that and the preload list. */
  hsts: "off" | "on" | "preload";
  /** The authority; with `acme` alone. */
  acme?: { directory: string; email?: string; caPem?: string };
}

/** What the settings of names and TLS mean together. */
export function edgeTls(config: StackConfig): EdgeTls {
  const { domain, domains, canonicalDomain, loadBalancers, tls, web } = config;
  const hasPem = loadBalancers.tls !== undefined;
  const mode = tlsMode({ tls, domains, hasPem }) as EdgeTls["mode"];
  // No visitor is sent to a certificate that the browser warns of, and a stack whose file is older than `tls` goes on.
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
