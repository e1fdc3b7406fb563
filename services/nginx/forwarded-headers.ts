/** Headers that apps believe in one spelling or another; a visitor's own never reach the app. */
const believedHeaders = [
  "Forwarded",
  "X-Forwarded-Port",
  "X-Forwarded-Prefix",
  "X-Forwarded-Server",
  "X-Forwarded-Scheme",
  "X-Forwarded-Ssl",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "X-Original-URL",
  "X-Rewrite-URL",
  "True-Client-IP",
  "CF-Connecting-IP",
  "Fastly-Client-IP",
  "Front-End-Https",
  "Proxy",
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
    ...believedHeaders.map((name) => `proxy_set_header ${name} "";`),
  ];
}
