/**
 * Headers from which apps, frameworks and libraries read a client's address, protocol or URL. The proxies remove
 * these headers from a visitor's request in every spelling: many servers read `_` as `-`.
 *
 * Sources: the documentation of Cloudflare, Fastly, Akamai, Azure, Google and AWS on the headers that these proxies
 * add; of Spring, Symfony, Rails and Express on the headers that they trust; https://httpoxy.org for `Proxy`.
 */
export const trustedByAppsHeaders = [
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

/** Prefixes of such headers, and of the headers that the stack itself sends to the app. */
export const trustedByAppsPrefixes = ["X-Forwarded-", "X-Original-Forwarded-", "X-Webstack-"];

/** Headers that only the stack may set, in addition to those with {@link trustedByAppsPrefixes}. */
export const ownHeaders = ["X-Real-IP", "X-Forwarded"];

/** Headers that Nginx removes again, in case a request did not come through a load balancer. */
const takenAway = [
  ...trustedByAppsHeaders,
  "X-Forwarded",
  ...["Port", "Prefix", "Server", "Scheme", "Ssl"].map((end) => `X-Forwarded-${end}`),
];

/** Variables of Nginx that pass on a change of protocol to WebSocket, and to no other protocol. */
export const upgradeMaps = [
  "map $http_upgrade $websocket {",
  '  default "";',
  '  "~*^websocket$" $http_upgrade;',
  "}",
  "map $websocket $connection_header {",
  "  default upgrade;",
  '  "" "";',
  "}",
];

/**
 * The variable of Nginx with the host that the app gets. A name of the visitor's own machine keeps its port: a browser
 * reaches the local cloud, or a tunnel, at `localhost:8080`, and frameworks refuse a form whose `Origin` differs from
 * the host. Every other host is without a port: the stack serves 80 and 443 alone, so another one is invented.
 */
export const requestedHostMap = [
  "map $http_host $requested_host {",
  "  default $host;",
  '  "~*^(localhost|127\\.0\\.0\\.1|\\[::1\\]):[0-9]{1,5}$" $http_host;',
  "}",
];

/**
 * Directives of Nginx that set the request headers for the app: each fact once, from the load
 * balancer's headers about the client. Every location inherits them unless it sets a request header itself.
 *
 * @param node name of the web node.
 */
export function forwardedHeaders(node: string): string[] {
  return [
    "proxy_set_header Host $requested_host;",
    "proxy_set_header Connection $connection_header;",
    "proxy_set_header Upgrade $websocket;",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-Host $requested_host;",
    "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;",
    "proxy_set_header X-Webstack-Lb $http_x_webstack_lb;",
    `proxy_set_header X-Webstack-Web ${node};`,
    ...takenAway.map((name) => `proxy_set_header ${name} "";`),
  ];
}
