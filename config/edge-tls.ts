import type { StackConfig } from "./schema";
import { ownCertificateProblems } from "./own-certificate";
import { printable } from "./messages";
import { isCertifiable } from "./tls-schema";

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

type Raw = Record<string, unknown>;

const modes: readonly unknown[] = ["acme", "pem", "selfSigned", "off"];

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** The TLS mode of a stack file, with its default. */
function tlsMode(raw: { tls?: { mode?: unknown }; domains?: unknown; hasPem: boolean }) {
  if (raw.tls?.mode !== undefined) return raw.tls.mode;
  if (raw.hasPem) return "pem";
  return raw.domains === undefined ? "selfSigned" : "acme";
}

/** True if the headers of the stack file contain the one that `tls.hsts` sets. */
function setsHsts(headers: unknown): boolean {
  if (typeof headers !== "object" || headers === null) return false;
  return Object.keys(headers).some((name) => name.toLowerCase() === "strict-transport-security");
}

/** Problems between the host names, the TLS mode and the settings that this mode needs. */
export function tlsProblems(raw: Raw, loadBalancers: Raw, tls: Raw, web: Raw): string[] {
  const hasPem = loadBalancers.tls !== undefined;
  const mode = tlsMode({ tls, domains: raw.domains, hasPem });
  const names = Array.isArray(raw.domains) ? (raw.domains as unknown[]).filter(isText) : [];
  const wildcard = names.find((name) => name.startsWith("*."));
  return [
    ...nameProblems(raw, names),
    ...(mode === "acme" ? acmeProblems(raw, wildcard, loadBalancers) : []),
    ...otherModeProblems(mode, tls, hasPem),
    ...hstsProblems(tls, web),
    ...certificateProblems(loadBalancers.tls, namesOf(raw, names), mode === "acme"),
  ];
}

/** All host names of a stack file. */
function namesOf({ domain, domains }: Raw, names: string[]): string[] {
  return domains === undefined && isText(domain) ? [domain] : names;
}

function certificateProblems(own: unknown, names: string[], isSeed: boolean): string[] {
  if (typeof own !== "object" || own === null) return [];
  // The schema reports the names of another form.
  return ownCertificateProblems(own, names.filter(isCertifiable), isSeed);
}

function nameProblems({ domain, domains, canonicalDomain }: Raw, names: string[]): string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  const all = namesOf({ domain, domains }, names);
  return [
    ...(domain !== undefined && domains !== undefined
      ? [
          `webstack:domain must be absent with domains, got ${printable(domain)}; keep the names in domains alone`,
        ]
      : []),
    ...(twice === undefined
      ? []
      : [`webstack:domains must name each host once, got ${printable(twice)} twice; remove one`]),
    ...(typeof canonicalDomain === "string" && !all.includes(canonicalDomain)
      ? [
          `webstack:canonicalDomain must be one of domains, got ${printable(canonicalDomain)}; add it to domains, or remove it`,
        ]
      : []),
  ];
}

/** Problems of mode `acme`. */
function acmeProblems(
  { domain, domains }: Raw,
  wildcard: string | undefined,
  loadBalancers: Raw,
): string[] {
  const tokenOn = (loadBalancers.api as Raw | undefined)?.tokenOn;
  return [
    ...(domain === undefined && domains === undefined
      ? [
          "webstack:tls.mode must not be acme without a name, got nothing for domains; set for example domains: [www.example.com]",
        ]
      : []),
    ...(wildcard !== undefined && tokenOn === "load-balancers"
      ? [
          `webstack:domains must name single hosts with loadBalancers.api.tokenOn load-balancers, got ${printable(wildcard)}; ` +
            "a broker writes the DNS record of a wildcard, so remove tokenOn, or list each name",
        ]
      : []),
  ];
}

/** Problem of `tls.hsts` beside the same header in `web.headers`: one of the two values would be lost. */
function hstsProblems({ hsts }: Raw, { headers }: Raw): string[] {
  if ((hsts !== true && hsts !== "preload") || !setsHsts(headers)) return [];
  return [
    `webstack:tls.hsts must be absent with Strict-Transport-Security in web.headers, got ${printable(hsts)}; ` +
      "remove one of the two",
  ];
}

function otherModeProblems(mode: unknown, { hsts, redirect, ...tls }: Raw, hasPem: boolean) {
  // The schema reports an unknown mode.
  if (!modes.includes(mode)) return [];
  const acmeOnly = ["email", "directory", "caPem"].filter((key) => tls[key] !== undefined);
  return [
    ...(mode === "pem" && !hasPem
      ? [
          "webstack:tls.mode must not be pem without loadBalancers.tls, got nothing there; set its certificate and privateKey",
        ]
      : []),
    ...(mode === "acme"
      ? []
      : acmeOnly.map(
          (key) =>
            `webstack:tls.${key} must be absent with tls.mode ${String(mode)}, got ${printable(tls[key])}; remove it, or set tls.mode to acme`,
        )),
    ...(mode === "off" && hsts !== undefined && hsts !== false
      ? [
          `webstack:tls.hsts must be absent with tls.mode off, got ${printable(hsts)}; browsers would find nobody`,
        ]
      : []),
    ...(mode === "off" && redirect === true
      ? ["webstack:tls.redirect must not be true with tls.mode off, got true; remove it"]
      : []),
  ];
}
