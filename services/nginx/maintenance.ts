/** File that puts a web node into maintenance while it exists; a reboot keeps it, a new server lacks it. */
export const maintenancePath = "/var/lib/webstack-maintenance";

/** Time after which a client may try again, seconds. */
export const retryAfterSeconds = 60;

/** Internal status that redirects a request to the location `@maintenance`; no visitor sees this status. */
const maintenanceStatus = 419;

const page = [
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Maintenance</title></head>',
  "<body><h1>Maintenance</h1><p>This site is in maintenance. Please try again in a few minutes.</p></body></html>",
].join("");

/**
 * Directives of Nginx's `server` that answer every request but the health check with 503 during maintenance. Nginx
 * looks for the file at each request, and remembers for up to a minute that it was there: a reload forgets that.
 *
 * https://nginx.org/en/docs/http/ngx_http_core_module.html#open_file_cache_errors
 *
 * @param headers lines that add the headers of every response.
 */
export function maintenanceLines(headers: readonly string[]): string[] {
  return [
    "# The load balancers must not take a node in maintenance for a broken one.",
    'set $maintenance "";',
    `if (-e ${maintenancePath}) {`,
    "  set $maintenance on;",
    "}",
    "if ($uri = /healthz) {",
    '  set $maintenance "";',
    "}",
    "if ($maintenance) {",
    `  return ${maintenanceStatus};`,
    "}",
    `error_page ${maintenanceStatus} = @maintenance;`,
    "",
    "location @maintenance {",
    "  default_type text/html;",
    `  add_header Retry-After ${retryAfterSeconds} always;`,
    "  add_header Cache-Control no-store always;",
    ...headers.map((line) => `  ${line}`),
    `  return 503 '${page}';`,
    "}",
  ];
}
