import { trustedByAppsHeaders } from "../believed-headers";

/** What Nginx takes away once more, should a request not have come through a load balancer. */
const takenAway = [
  ...trustedByAppsHeaders,
  "X-Forwarded",
  ...["Port", "Prefix", "Server", "Scheme", "Ssl"].map((end) => `X-Forwarded-${end}`),
];

/** Variables of Nginx for connections that change their protocol to WebSocket, and for no others. */
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
 * Directives of Nginx that say what the app is told of a request: each fact once, from the load
 * balancer's word on the client. They hold in every location that sets no header for the app itself.
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
