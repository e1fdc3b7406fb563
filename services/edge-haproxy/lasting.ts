import { isIn, type PathRequests, type WebRequests } from "../requests";

/** Condition that a request may last; {@link lastingRules} decides it. */
export const ifLasting = "{ var(txn.lasting) -m bool }";
/** Condition that a request is of the usual kind. */
export const unlessLasting = `!${ifLasting}`;
const ifEvents = "{ var(txn.events) -m bool }";

/** Time in which a body must be complete or fill a buffer of 16 KiB, seconds; as long as a client may pause. */
const bodyStartSeconds = 30;

/**
 * Rules that mark requests which may last: WebSockets, event streams, and requests to paths with `buffering: false`.
 * Nginx buffers the bodies of all requests but those to such paths on its disk, which has room for the bodies of the
 * usual requests alone. So a request with a body is not marked for its headers.
 */
export function lastingRules({ paths }: WebRequests): string[] {
  const sorted = Object.entries(paths).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  const streamed = sorted.filter(([, { buffering }]) => buffering === false);
  const isInStreamed = (path: string) => streamed.some(([outer]) => isIn(path, outer));
  return [
    "# Requests that may last have places of their own.",
    // The longest matching path applies, so its rule comes last.
    ...sorted
      .filter(([path]) => isInStreamed(path))
      .map(([path, limits]) => pathRule(path, limits)),
    "acl has_body req.hdr_val(Content-Length) gt 0",
    "acl has_body req.hdr(Transfer-Encoding) -m found",
    "http-request set-var(txn.lasting) bool(true) if { req.hdr(Upgrade) -i websocket } !has_body",
    "http-request set-var(txn.events) bool(true) if METH_GET { req.hdr(Accept) -i -m beg text/event-stream } !has_body",
    `http-request set-var(txn.lasting) bool(true) if ${ifEvents}`,
  ];
}

/**
 * Rules that wait for the beginning of a body: a body that does not come takes one of its client's places, and none of
 * a web node's. The rules follow the limit of concurrent requests. An HTTP/2 request may have a body that no header
 * announces; HAProxy refuses such a body where an event stream was asked for.
 */
export function bodyRules(): string[] {
  return [
    "# A body that does not come takes a place of its client's share, and none of a web node.",
    `http-request wait-for-body time ${bodyStartSeconds}s if ${unlessLasting} || ${ifEvents}`,
    `http-request deny deny_status 400 if ${ifEvents} { req.body_len gt 0 }`,
  ];
}

/** Rule of a path: `/api` means `/api` and the paths below it, `/api/` only the paths below it. */
function pathRule(path: string, { buffering }: PathRequests): string {
  const rule = `http-request set-var(txn.lasting) bool(${buffering === false})`;
  if (path.endsWith("/")) return `${rule} if { path_beg ${path} }`;
  return `${rule} if { path ${path} } || { path_beg ${path}/ }`;
}
