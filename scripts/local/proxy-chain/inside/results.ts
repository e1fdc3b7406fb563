/** One check of the proxies. */
export interface Check {
  /** A sentence that is true if the check passes. */
  title: string;
  /** Throws if the check fails; may return a measured figure. */
  run: () => Promise<string | void>;
}

/** Result of a check, as a line of JSON. */
export interface CheckReport {
  title: string;
  good: boolean;
  detail: string;
}

/** Measurements of one path to the app, as a line of JSON. */
export interface Figures {
  /** First program on the path. */
  from: "app" | "balancer" | "Nginx" | "load balancer" | "load balancer, HTTPS";
  /** True if the proxies have the configurations of their packages. */
  isDefault: boolean;
  /** True if the path uses TLS behind the load balancer. */
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
