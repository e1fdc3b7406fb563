/** A place where a supervisor or a broker listens. */
export interface Target {
  /** Where it is, such as `10.0.4.11:9201`, or the path of a Unix socket. */
  at: string;
  scheme: "http" | "https";
  /** Paths that are asked for, each with GET and with POST. */
  paths: readonly string[];
}

/** A call that was answered. */
export interface Answered {
  /** Who asked, such as `nobody on db-1`. */
  from: string;
  at: string;
  method: string;
  path: string;
  /** HTTP status, such as 200. */
  status: number;
}
