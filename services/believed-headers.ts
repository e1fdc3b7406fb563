/**
 * Headers from which apps, frameworks and libraries take a client's address, its protocol or what it asked for. A
 * visitor's own never reach the app, in no spelling: many servers read `_` as `-`.
 *
 * Sources: the documentation of Cloudflare, Fastly, Akamai, Azure, Google and AWS on the headers that they add; of
 * Spring, Symfony, Rails and Express on those that they believe; https://httpoxy.org for `Proxy`.
 */
export const believedHeaders = [
  "Forwarded",
  "Forwarded-For",
  "Client-IP",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "X-ProxyUser-Ip",
  "X-Host",
  "X-HTTP-Host-Override",
  "X-Original-URL",
  "X-Original-URI",
  "X-Original-Host",
  "X-Rewrite-URL",
  "X-Scheme",
  "X-Url-Scheme",
  "X-Arr-Ssl",
  "Front-End-Https",
  "True-Client-IP",
  "CF-Connecting-IP",
  "CF-Connecting-IPv6",
  "CF-Pseudo-IPv4",
  "Fastly-Client-IP",
  "X-Azure-ClientIP",
  "X-Azure-SocketIP",
  "X-Appengine-User-IP",
  "X-Envoy-External-Address",
  "CloudFront-Forwarded-Proto",
  "CloudFront-Viewer-Address",
  "Proxy-Client-IP",
  "WL-Proxy-Client-IP",
  "Proxy",
];

/** Beginnings of such headers, and of those with which the stack itself speaks to the app. */
export const believedPrefixes = ["X-Forwarded-", "X-Original-Forwarded-", "X-Webstack-"];

/** Names that only the stack says; those that begin like {@link believedPrefixes} are not repeated. */
export const ownHeaders = ["X-Real-IP", "X-Forwarded"];
