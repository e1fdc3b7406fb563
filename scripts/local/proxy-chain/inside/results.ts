/** One thing that is true of the proxies, or not. */
export interface Check {
  /** A sentence on what is true. */
  title: string;
  /** Throws if it is not; may return a figure that was seen. */
  run: () => Promise<string | void>;
}

/** What a check said, as a line of JSON. */
export interface CheckSaid {
  title: string;
  good: boolean;
  said: string;
}

/** Figures of one way to the app, as a line of JSON. */
export interface Figures {
  /** First program on the way. */
  from: "app" | "balancer" | "Nginx" | "load balancer" | "load balancer, HTTPS";
  /** True if the proxies have the configurations of their packages. */
  isDefault: boolean;
  /** True if the way is over TLS behind the load balancer. */
  innerTls: boolean;
  /** True if requests share connections. */
  keepAlive: boolean;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  /** Milliseconds. */
  p99: number;
  /** Processor time of all proxies for a request, microseconds. */
  cpuMicros: number;
}
