/** Limits of requests to one path; an absent limit is that of all other requests. */
export interface PathRequests {
  /** Seconds that an answer may take to begin, and may pause; 1 to 3600. */
  answerTimeoutSeconds?: number | undefined;
  /** Largest body of a request, MiB; at least 1. */
  maxBodyMib?: number | undefined;
  /** False: the proxies stream bodies and responses of every size. @default true */
  buffering?: boolean | undefined;
}

/** Limits of visitors' requests, for all proxies on the path to the app. */
export interface WebRequests {
  /** Seconds that an answer may take to begin, and may pause; 1 to 3600. */
  answerTimeoutSeconds: number;
  /** Seconds that a WebSocket may be silent; 1 to 86400. */
  idleTimeoutSeconds: number;
  /** Largest body of a request, MiB; at least 1. */
  maxBodyMib: number;
  /** Other limits below a path, such as `/api/export`; the longest matching path applies. */
  paths: Readonly<Record<string, PathRequests>>;
}

/** True if a path equals another one or is below it: `/api` and `/api/` have `/api/users` below them. */
export function isIn(path: string, outer: string): boolean {
  return path.startsWith(outer.endsWith("/") ? outer : `${outer}/`) || path === outer;
}

/** Timeouts of the proxies, in the time format of HAProxy and Nginx, such as `40s`. */
export interface ProxyTimeouts {
  /** Longest wait of the load balancers for a web node. */
  edge: string;
  /** Longest wait of a web node's proxy for an app node. */
  appProxy: string;
  /** Timeout of a proxy whose timeout must never be the shortest on the path. */
  uncounted: string;
  /** Time that a connection with a changed protocol may be silent, in every proxy. */
  idle: string;
  /** Time that an old worker of a load balancer may live after a reload, so that responses in progress end. */
  edgeReload: string;
  /** Time that an old worker of another proxy may live after a reload; longer, because these reloads are rare. */
  innerReload: string;
}

/**
 * Timeouts of each proxy. Nginx has the shortest timeout of each path, so Nginx answers a request that takes
 * too long; the other proxies wait longer than Nginx's longest timeout.
 */
export function proxyTimeouts(requests: WebRequests): ProxyTimeouts {
  const { answerTimeoutSeconds, idleTimeoutSeconds, paths } = requests;
  const longest = Math.max(
    answerTimeoutSeconds,
    ...Object.values(paths).map((path) => path.answerTimeoutSeconds ?? 0),
  );
  const [appProxy, edge] = [longest + 5, longest + 10];
  return {
    edge: duration(edge),
    appProxy: duration(appProxy),
    uncounted: duration(Math.max(3600, edge)),
    idle: duration(idleTimeoutSeconds),
    edgeReload: duration(Math.max(60, edge)),
    innerReload: edge > 600 ? duration(edge) : "10m",
  };
}

/** Seconds in the time format that HAProxy and Nginx share. */
export function duration(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds}s`;
}
