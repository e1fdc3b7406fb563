import type { MiddlewareHandler } from "hono";
import type { Clock } from "./clock";
import { ApiError } from "./errors";

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

/** Calls per hour and project; one is given back each second. Source: API reference, rate limiting. */
const callsPerHour = 3_600;

/** Counts the calls of each project. */
export class RateLimit {
  private readonly buckets = new Map<string, { left: number; at: number }>();

  /** @param enforced false: the headers count, but nobody is refused. */
  constructor(
    private readonly clock: Clock,
    private readonly enforced: boolean,
  ) {}

  /** Counts a call; the headers of its answer. */
  count(project: string): { headers: Record<string, string>; refused: boolean } {
    const now = this.clock.now().getTime() / 1000;
    const before = this.buckets.get(project) ?? { left: callsPerHour, at: now };
    const refilled = Math.min(callsPerHour, before.left + now - before.at);
    const refused = this.enforced && refilled < 1;
    const left = Math.max(0, refused ? refilled : refilled - 1);
    this.buckets.set(project, { left, at: now });
    return {
      refused,
      headers: {
        "RateLimit-Limit": String(callsPerHour),
        "RateLimit-Remaining": String(Math.floor(left)),
        "RateLimit-Reset": String(Math.ceil(now + callsPerHour - left)),
      },
    };
  }

  /** Gives every project all its calls back. */
  forget(): void {
    this.buckets.clear();
  }
}

/** What a project hears whose calls are used up. */
export function rateLimitExceeded(): ApiError {
  return new ApiError(
    "rate_limit_exceeded",
    `limit of ${callsPerHour} requests per hour reached for your token`,
  );
}
