/** Who an HAProxy on a host runs as, and where it logs: the first lines of its `global`. */
export const haproxyProcess: readonly string[] = [
  "log /dev/log local0",
  "user haproxy",
  "group haproxy",
];

/**
 * Ends a connection of which one side is gone and the other one says nothing. Without it a WebSocket whose visitor has
 * left, and whose app does not notice, would keep its place until `timeout tunnel`.
 * https://docs.haproxy.org/3.2/configuration.html#4.2-timeout%20client-fin
 */
export const endsWithOneSide = ["timeout client-fin 30s", "timeout server-fin 30s"];

/**
 * HAProxy else keeps the end of what an app has sent so far for 200 ms, in case that more comes: each event of a
 * stream would wait so long in each of three HAProxies.
 */
export const sendsAtOnce = "option http-no-delay";

/** What every HAProxy inside of the stack has in `defaults`: a peer that does not take a connection is soon given up. */
export const innerDefaults: readonly string[] = [
  "log global",
  "option dontlognull",
  "timeout connect 1s",
  "timeout queue 5s",
];
