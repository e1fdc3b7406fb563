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
