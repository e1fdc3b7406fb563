import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { setting } from "./setting";

/** A host name in small letters with at least one dot; not an IP address. */
const hostname = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

/** A name for a certificate, also a wildcard for one label, which `combinations.ts` allows where it gets a certificate. */
const certified = z.string().regex(new RegExp(hostname.source.replace("$)(", "$)(?:\\*\\.)?(")));

/** True for a host name, or a wildcard, that a certificate can be for. */
export function isCertifiable(name: string): boolean {
  return certified.safeParse(name).success;
}

/** Let's Encrypt. Source: https://letsencrypt.org/docs/acme-protocol-updates/ */
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

function isDirectory(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "https:" && !url.username && !url.search && !url.hash;
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text) instanceof X509Certificate;
  } catch {
    return false;
  }
}

/** Settings of a stack's host names. */
export const domainSettings = {
  domain: setting(z.string().regex(hostname), {
    about: "Name under which visitors reach the stack",
    must: "be a host name in small letters with at least one dot, such as www.example.com",
    example: "www.example.com",
    absent: "the floating IP address serves as the name",
  }).optional(),
  domains: setting(z.array(certified).min(1).max(100), {
    about:
      "Names under which visitors reach the stack; each gets a certificate of its own that renews itself",
    must: "be a list of 1 to 100 host names in small letters with at least one dot, such as www.example.com, or with `*.` before one such as example.com, once; no IP address",
    example: ["www.example.com"],
    absent: "`domain` alone",
  }).optional(),
  canonicalDomain: setting(z.string().regex(hostname), {
    about: "The one of `domains` that all others redirect to",
    must: "be one of `domains`",
    example: "www.example.com",
    absent: "each name shows the site itself",
  }).optional(),
};

/** Settings of HTTPS at the load balancers. */
export const tlsSettings = z.strictObject({
  mode: setting(z.enum(["acme", "pem", "selfSigned", "off"]), {
    about:
      "Where the certificates are from: an authority such as Let's Encrypt, renewed by the load balancers; `loadBalancers.tls`; a self-signed placeholder; `off` is HTTP alone",
    must: "be acme, pem, selfSigned or off",
    example: "acme",
    absent:
      "`pem` with `loadBalancers.tls`, else `acme` with `domains`, else `selfSigned` (with `domain` too)",
  }).optional(),
  email: setting(z.string().regex(/^[^\s@,<>]+@[^\s@,<>]+\.[^\s@,<>]+$/), {
    about: "Where the authority writes to if something is wrong with the account",
    must: "be an e-mail address such as ops@example.com",
    example: "ops@example.com",
    absent: "the authority has no address",
  }).optional(),
  directory: setting(z.string().refine(isDirectory), {
    about: "ACME directory of the authority",
    must: "be an https URL without a query",
    example: letsEncrypt,
  }).default(letsEncrypt),
  caPem: setting(z.string().refine(isCertificate), {
    about: "Certificate that the authority's own API is trusted by, for a test authority",
    must: "be PEM text of one certificate",
    example: "<PEM>",
    absent: "what the operating system trusts",
  }).optional(),
  hsts: setting(z.union([z.boolean(), z.literal("preload")]), {
    about:
      "Whether browsers are told to come by HTTPS alone for two years; `preload` includes all subdomains and consents to the browsers' own list",
    must: "be true, false or preload",
    example: true,
    absent:
      "true with `acme`, and with `tls.mode: pem`, unless `web.headers` has Strict-Transport-Security",
  }).optional(),
  redirect: setting(z.boolean(), {
    about: "Whether HTTP redirects to HTTPS, with `acme` once a name has its certificate",
    must: "be true or false",
    example: true,
    absent: "true with `acme`, and with `tls.mode: pem`",
  }).optional(),
  internal: setting(z.boolean(), {
    about:
      "Whether load balancers connect to web nodes, and web nodes to app nodes, with TLS; either change is safe while visitors use the site",
    must: "be true or false",
    example: true,
  }).default(false),
});
