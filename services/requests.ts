/** What is different for requests to one path; what is absent is as for all others. */
export interface PathRequests {
  /** Seconds that an answer may take to begin, and may pause; 1 to 3600. */
  answerTimeoutSeconds?: number | undefined;
  /** Largest body of a request, MiB; at least 1. */
  maxBodyMib?: number | undefined;
  /** False: bodies and answers go on as they come, whatever their size. @default true */
  buffering?: boolean | undefined;
}

/** What visitors' requests may be, for all proxies on their way to the app. */
export interface WebRequests {
  /** Seconds that an answer may take to begin, and may pause; 1 to 3600. */
  answerTimeoutSeconds: number;
  /** Seconds that a WebSocket may be silent; 1 to 86400. */
  idleTimeoutSeconds: number;
  /** Largest body of a request, MiB; at least 1. */
  maxBodyMib: number;
  /** What is different below a path, such as `/api/export`; the longest path that fits counts. */
  paths: Readonly<Record<string, PathRequests>>;
}

/** How long the proxies wait, in the time format of HAProxy and Nginx, such as `40s`. */
export interface ProxyTimeouts {
  /** Longest wait of the load balancers for a web node. */
  edge: string;
  /** Longest wait of a web node's proxy for an app node. */
  appProxy: string;
  /** Longest wait where another proxy on the way is the one that counts. */
  uncounted: string;
  /** How long a connection that changed its protocol may be silent, everywhere. */
  idle: string;
  /** How long an old worker of a load balancer may live: an answer that began before a reload ends. */
  edgeReload: string;
  /** How long an old worker of another proxy may live; longer, for a reload is rare there. */
  innerReload: string;
}

/**
 * How long each proxy waits. Nginx waits for the shortest time, so it is Nginx that says what was too late,
 * path by path; the others wait longer than Nginx ever does.
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
