import { dirname } from "node:path";
import { generatedNotice } from "../notice";
import { text } from "../text";

/** File that exists while Nginx is about to stop; Nginx's health page then answers 404. */
export const leavingPath = "/run/webstack-nginx/leaving";
/** Time within which the load balancers, which check every 0.5 s, stop sending requests, seconds. */
const noticedSeconds = 2;
/** Longest time for responses in progress to end, seconds. */
const endSeconds = 15;

/**
 * Drop-in of `nginx.service`: before any stop of Nginx the health page fails, so that the load balancers drain the
 * node, and responses in progress end. Nginx closes idle connections at once when it stops, and loses a request that
 * just arrives on one of them. A crash is not delayed: systemd runs `ExecStop=` only for an orderly end
 * (systemd.service(5)).
 */
export function plannedStop(): string {
  const tell = `mkdir -p ${dirname(leavingPath)} && touch ${leavingPath} && sleep ${noticedSeconds}`;
  const quit = `--retry QUIT/${endSeconds}/TERM/3 --pidfile /run/nginx.pid`;
  return text`
    ${generatedNotice}
    [Service]
    ExecStartPre=-/usr/bin/rm -f ${leavingPath}
    ExecStop=
    ExecStop=-/bin/sh -c '${tell}'
    ExecStop=-/sbin/start-stop-daemon --quiet --stop ${quit}
    TimeoutStopSec=${noticedSeconds + endSeconds + 8}
  `;
}
