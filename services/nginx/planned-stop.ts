import { dirname } from "node:path";
import { generatedNotice } from "../notice";
import { text } from "../text";

/** There while Nginx is about to stop; its health page answers 404 then. */
export const leavingPath = "/run/webstack-nginx/leaving";
/** Time in which the load balancers, which ask each 0.5 s, stop sending requests, seconds. */
const noticedSeconds = 2;
/** Longest time that answers under way have to end, seconds. */
const endSeconds = 15;

/**
 * Drop-in of `nginx.service`: before Nginx stops, for whatever reason, the load balancers are told, and
 * what is under way ends. Nginx closes idle connections at once when it stops, and a request that is
 * just coming on one of them is lost. A crash is not delayed: systemd runs `ExecStop=` after an orderly
 * end alone (systemd.service(5)).
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
