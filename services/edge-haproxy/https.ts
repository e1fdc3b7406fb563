/** PEM file with certificate chain and key for HAProxy: the stack's own, or the placeholder. */
export const edgeCertificatePath = "/etc/haproxy/certs/edge.pem";
/** File with the keys of session tickets, the same on both load balancers: three lines, each 80 bytes in Base64. */
export const ticketKeysPath = "/etc/haproxy/certs/tickets.keys";
/** Folder of the ACME client's certificates: one `<name>.pem` with chain and key for each host name. */
export const acmeCertificates = "/var/lib/webstack-acme/live";
/** HAProxy map of the host names with a certificate in that folder. */
export const certifiedMapPath = "/var/lib/webstack-acme/certified.map";
/** Socket through which the ACME client loads certificates; level admin, because no lower level allows that. */
export const acmeSocketPath = "/run/haproxy/acme.sock";
/** System user of the program that rotates the keys of session tickets. */
export const ticketKeysUser = "webstack-tickets";
export const ticketKeysSocketPath = "/run/haproxy/tickets.sock";
/** System user of the ACME client. */
export const acmeUser = "webstack-acme";

/** HTTPS of a load balancer. */
export interface EdgeHttps {
  /** Source of the certificates. */
  mode: "acme" | "pem" | "selfSigned" | "off";
  /** Host names of the stack; none: the stack accepts every host name. */
  domains: readonly string[];
  /** Host name to which all others redirect. @default no redirect */
  canonical?: string;
  /** True if HTTP redirects to HTTPS. */
  redirect: boolean;
  /** HSTS header: none, HTTPS only, or HTTPS only with consent to the browsers' preload list. */
  hsts: "off" | "on" | "preload";
  /** Thumbprint of the ACME account's key (RFC 7638); only in mode `acme`. */
  thumbprint?: string;
}

/** Two years, as Mozilla's guideline and the preload list require. Source: https://hstspreload.org/ */
const hstsSeconds = 63_072_000;

/**
 * Mozilla's guideline 6.0, intermediate: https://configurator.tlsref.org/ (HAProxy 3.0, OpenSSL 3.5).
 * The guideline turns session tickets off for servers that do not rotate the keys. The load balancers share and rotate
 * the keys, so tickets stay on.
 */
const guideline = [
  "# Mozilla guideline 6.0, intermediate. Tickets, as both load balancers know their keys.",
  "ssl-default-bind-options ssl-min-ver TLSv1.2 prefer-client-ciphers",
  "ssl-default-bind-curves X25519MLKEM768:X25519:prime256v1:secp384r1",
  "ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
  "ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
];

/** Lines of `global`. */
export function httpsGlobals(https?: EdgeHttps): string[] {
  const socket = (path: string, user: string) =>
    `stats socket ${path} mode 660 level admin group ${user}`;
  return [
    "# Who changes the keys of session tickets, and who loads certificates.",
    socket(ticketKeysSocketPath, ticketKeysUser),
    ...(https?.mode === "acme" ? [socket(acmeSocketPath, acmeUser)] : []),
    ...guideline,
  ];
}

/** Lines that listen for HTTPS; HAProxy uses the first certificate for names without one of their own. */
export function httpsBind(https?: EdgeHttps): string[] {
  if (https?.mode === "off") return [];
  const more = https?.mode === "acme" ? ` crt ${acmeCertificates}` : "";
  const tls = `ssl crt ${edgeCertificatePath}${more} tls-ticket-keys ${ticketKeysPath} alpn h2,http/1.1`;
  return [`bind *:443 ${tls}`, `bind :::443 v6only ${tls}`];
}

/**
 * Rules for requests to this site: challenges of the certificate authority, redirects, and HSTS.
 *
 * @param proxied true if `txn.scheme` may hold the scheme that a trusted proxy reports. @default no proxy is trusted
 */
export function httpsRules(https?: EdgeHttps, proxied = false): string[] {
  if (!https) return [];
  const secure = proxied ? "{ var(txn.scheme) -m str https }" : "{ ssl_fc }";
  const rules = [...redirectRules(https, secure), ...hstsRules(https, secure)];
  const schemes = proxied && rules.length > 0 ? schemeRules : [];
  return [...challengeRules(https), ...schemes, ...rules];
}

/** Rules that set a visitor's scheme if no trusted proxy reports one. */
const schemeRules = [
  "http-request set-var(txn.scheme) str(https) if { ssl_fc } !{ var(txn.scheme) -m found }",
  "http-request set-var(txn.scheme) str(http) if !{ var(txn.scheme) -m found }",
];

/** HTTP-01 (RFC 8555, 8.3): the response follows from the token and the account's key, so either node can answer. */
function challengeRules({ mode, thumbprint }: EdgeHttps): string[] {
  if (mode !== "acme" || thumbprint === undefined) return [];
  return [
    "# Proof for the certificate authority, by whichever load balancer is asked.",
    `http-request return status 200 content-type text/plain lf-string "%[path,field(-1,/)].${thumbprint}" if { path_reg ^/\\.well-known/acme-challenge/[A-Za-z0-9_-]{1,256}$ }`,
  ];
}

/**
 * Rules for at most one redirect: `txn.name` is the redirect's host name, `txn.secure` is set if this name has a
 * certificate. The other load balancer requests `/healthz` by address and gets no redirect.
 */
function redirectRules(https: EdgeHttps, secure: string): string[] {
  const { mode, domains, canonical, redirect } = https;
  if (!redirect && canonical === undefined) return [];
  const others = canonical === undefined ? [] : domains.filter((name) => name !== canonical);
  // The canonical name may be one of a wildcard's names.
  const stays = others.some((name) => name.startsWith("*."))
    ? ` !{ var(txn.name) -m str ${canonical!} }`
    : "";
  // Without names every request is for this site, except health checks.
  const own = domains.length === 0 ? ["!{ path /healthz }"] : named(domains);
  const certified = mode === "acme" ? certifiedNames(domains) : own;
  const target = (scheme: string) =>
    `http-request redirect location ${scheme}://%[var(txn.name)]%[pathq]`;
  const moved = "{ var(txn.moved) -m bool }";
  return [
    // With a dot at its end a name is the same (RFC 1034, 3.1), and Nginx tells the app the name without the dot.
    "http-request set-var(txn.name) req.hdr(host),host_only,rtrim(.),lower",
    ...named(others).flatMap((own) =>
      reachable(https).map(
        (is) => `http-request set-var(txn.moved) bool(true) if ${own}${stays}${is}`,
      ),
    ),
    ...(others.length > 0 ? [`http-request set-var(txn.name) str(${canonical!}) if ${moved}`] : []),
    ...(redirect
      ? [
          ...certified.map(
            (has) => `http-request set-var(txn.secure) bool(true) if !${secure} ${has}`,
          ),
          ...codes(target("https"), "{ var(txn.secure) -m bool }"),
        ]
      : []),
    ...(others.length > 0
      ? [
          ...codes(target("https"), `${moved} ${secure}`),
          ...codes(target("http"), `${moved} !${secure}`),
        ]
      : []),
  ];
}

/**
 * Conditions with a leading blank, each of which proves that the canonical name may be led to. A canonical name that was
 * just added may not even have a DNS record, and browsers keep a permanent redirect: until its certificate is there, the
 * other names show the site.
 */
function reachable({ mode, domains, canonical }: EdgeHttps): string[] {
  if (mode !== "acme" || canonical === undefined) return [""];
  const wildcard = canonical.replace(/^[^.]+/, "*");
  const names = domains.includes(wildcard) ? [canonical, wildcard] : [canonical];
  return names.map((name) => ` ${found(`str(${name})`)}`);
}

function found(name: string): string {
  return `{ ${name},map_str(opt@${certifiedMapPath}) -m found }`;
}

/** Conditions, each of which proves that the name has an authority's certificate. A wildcard is for one label (RFC 6125, 6.4.3). */
function certifiedNames(domains: readonly string[]): string[] {
  const hasWildcard = domains.some((name) => name.startsWith("*."));
  return [
    found("var(txn.name)"),
    ...(hasWildcard ? [found("var(txn.name),regsub(^[^.]+,*)")] : []),
  ];
}

/** Every client knows 301; 308 keeps the method of a request that is not GET (RFC 9110, 15.4.9). */
function codes(redirect: string, condition: string): string[] {
  return [`${redirect} code 301 if ${condition} METH_GET`, `${redirect} code 308 if ${condition}`];
}

/** Conditions, each of which proves that `txn.name` is one of the names. */
function named(names: readonly string[]): string[] {
  const single = names.filter((name) => !name.startsWith("*."));
  const ends = names.filter((name) => name.startsWith("*.")).map((name) => name.slice(1));
  return [
    ...(single.length > 0 ? [`{ var(txn.name) -m str ${single.join(" ")} }`] : []),
    ...(ends.length > 0 ? [`{ var(txn.name) -m end ${ends.join(" ")} }`] : []),
  ];
}

/** Rules for HSTS. Browsers ignore the header over a connection whose certificate they do not trust (RFC 6797, 8.1). */
function hstsRules({ mode, hsts }: EdgeHttps, secure: string): string[] {
  if (hsts === "off" || mode === "off") return [];
  const value =
    hsts === "preload"
      ? `max-age=${hstsSeconds}; includeSubDomains; preload`
      : `max-age=${hstsSeconds}`;
  return [`http-after-response set-header Strict-Transport-Security "${value}" if ${secure}`];
}
