/** Settings of the stack file for visitors' requests at the load balancers. */
export interface EdgeRules {
  /** Address blocks of trusted proxies, such as `173.245.48.0/20`. */
  trustedProxies: readonly string[];
  /** Header in which trusted proxies name a client's address, such as `X-Forwarded-For`. */
  clientAddressHeader: string;
  /** Limits for one client. */
  limits: {
    /** Requests per second, averaged over 10 seconds; at least 1. */
    requestsPerSecond: number;
    /** Concurrent connections; at least 1. @default a quarter of all */
    connections?: number | undefined;
    /** Concurrent requests, without those that may last; at least 1. @default a quarter of the places of all web nodes */
    requestsAtOnce?: number | undefined;
    /** Concurrent WebSockets, event streams and requests to paths with `buffering: false`; at least 1. @default a quarter of their places */
    lastingAtOnce?: number | undefined;
  };
  /** Headers of every response by name; a header that a response already has keeps its value. */
  headers: Readonly<Record<string, string>>;
  /** Further lines for HAProxy's public frontend. @default none */
  haproxySnippet?: string | undefined;
}
