import type { MiddlewareHandler } from "hono";

/** Counts the calls of each client of the API, so that a drill can say what a failover costs. */
export class CallLog {
  private readonly counts = new Map<string, number>();

  /** Stands before every call; the client is the first word of its user agent. */
  middleware: MiddlewareHandler = async (call, next) => {
    const [client = ""] = (call.req.header("user-agent") ?? "unnamed").split(/[\s/]/);
    this.counts.set(client, (this.counts.get(client) ?? 0) + 1);
    await next();
  };

  /** Calls by client since the cloud was started. */
  all(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort(([a], [b]) => a.localeCompare(b)));
  }
}
