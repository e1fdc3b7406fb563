/** What the stack file says about visitors' requests at the load balancers. */
export interface EdgeRules {
  /** Address blocks of proxies whose word on a client is believed, such as `173.245.48.0/20`. */
  trustedProxies: readonly string[];
  /** Header in which they say a client's address, such as `X-Forwarded-For`. */
  clientAddressHeader: string;
  /** What one client may have. */
  limits: {
    /** Requests a second, over 10 seconds; at least 1. */
    requestsPerSecond: number;
    /** Connections at a time; at least 1. @default a quarter of all */
    connections?: number | undefined;
  };
  /** Headers of every answer by name; those that an answer has already stay. */
  headers: Readonly<Record<string, string>>;
  /** Lines of HAProxy's public frontend. @default none */
  haproxySnippet?: string | undefined;
}
