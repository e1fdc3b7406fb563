/** A listener of a supervisor or a broker. */
export interface Target {
  /** Address, such as `10.0.4.11:9201`, or path of a Unix socket. */
  at: string;
  scheme: "http" | "https";
  /** Requested paths, each with GET and with POST. */
  paths: readonly string[];
}

/** An answered call. */
export interface Answered {
  /** Caller, such as `nobody on db-1`. */
  from: string;
  at: string;
  method: string;
  path: string;
  /** HTTP status, such as 200. */
  status: number;
}
