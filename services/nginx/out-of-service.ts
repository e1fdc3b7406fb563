import { dirname } from "node:path";
import { maintenancePath } from "../maintenance";
import { generatedNotice, text } from "../text";

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
    "  # The page is no archive or PDF where the request's name ends like one.",
    "  types { }",
    `  return 503 '${page}';`,
    "}",
  ];
}

/** File that exists while Nginx is about to stop; Nginx's health page then answers 404. */
export const leavingPath = "/run/webstack-nginx/leaving";
/** Time within which the load balancers, which check every 0.5 s, stop sending requests, seconds. */
const noticedSeconds = 2;
/** Longest wait for requests in progress, seconds. */
const endSeconds = 15;
/** Time for idle connections to close, seconds. */
const quitSeconds = 3;
/** Address of the page on which Nginx counts its connections. */
const countAddress = "127.0.0.1:8406";

/**
 * Lines of a `server` of Nginx with the page of counts, for programs of the same host.
 *
 * https://nginx.org/en/docs/http/ngx_http_stub_status_module.html
 */
export const countServer: readonly string[] = [
  "# A planned stop asks here whether requests are in progress.",
  "server {",
  `  listen ${countAddress};`,
  "  access_log off;",
  "  stub_status;",
  "}",
];

/** True while requests are read or written. The request for the counts is one of them; idle connections do not count. */
const isBusy = [
  `curl -s --noproxy "*" --max-time 1 http://${countAddress}/`,
  'grep -Eq "Reading: [1-9]|Writing: ([2-9]|[1-9][0-9])"',
].join(" | ");

/**
 * Drop-in of `nginx.service`: before any stop of Nginx the health page fails, so that the load balancers drain the
 * node, and requests in progress end. Nginx accepts connections meanwhile: a closed port fails the load balancers'
 * health checks, and they cut all requests of a node that is down. Nginx closes idle connections when it stops, and
 * loses a request that just arrives on one of them. A crash is not delayed: systemd runs `ExecStop=` only for an
 * orderly end (systemd.service(5)). systemd replaces `$` and `%` in a command, so there is none.
 */
export function plannedStop(): string {
  const tell = `mkdir -p ${dirname(leavingPath)} && touch ${leavingPath} && sleep ${noticedSeconds}`;
  const quit = `--retry QUIT/${quitSeconds}/TERM/3 --pidfile /run/nginx.pid`;
  return text`
    ${generatedNotice}
    [Service]
    ExecStartPre=-/usr/bin/rm -f ${leavingPath}
    ExecStop=
    ExecStop=-/bin/sh -c '${tell}'
    ExecStop=-/usr/bin/timeout ${endSeconds} /bin/sh -c 'while ${isBusy}; do sleep 0.2; done'
    ExecStop=-/sbin/start-stop-daemon --quiet --stop ${quit}
    TimeoutStopSec=${noticedSeconds + endSeconds + 8}
  `;
}
