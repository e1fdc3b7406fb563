import { trustedByAppsHeaders } from "../believed-headers";

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
 * Directives of Nginx that set the request headers for the app: each fact once, from the load
 * balancer's headers about the client. Every location inherits them unless it sets a request header itself.
 *
 * @param node name of the web node.
 */
export function forwardedHeaders(node: string): string[] {
  return [
    "proxy_set_header Host $host;",
    "proxy_set_header Connection $connection_header;",
    "proxy_set_header Upgrade $websocket;",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-Host $host;",
    "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;",
    "proxy_set_header X-Webstack-Lb $http_x_webstack_lb;",
    `proxy_set_header X-Webstack-Web ${node};`,
    ...takenAway.map((name) => `proxy_set_header ${name} "";`),
  ];
}
