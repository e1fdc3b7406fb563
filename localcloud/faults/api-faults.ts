import type { MiddlewareHandler } from "hono";
import { setTimeout as pause } from "node:timers/promises";
import { ApiError } from "../errors";
import type { FaultOf } from "./shapes";

/** Faults of the API itself, and of the actions behind it. */
export class ApiFaults {
  private readonly calls = new Map<number, FaultOf<"api">>();
  private readonly actions = new Map<number, { fault: FaultOf<"action">; left: number }>();

  add(id: number, fault: FaultOf<"api"> | FaultOf<"action">): void {
    if (fault.fault === "api") this.calls.set(id, fault);
    else this.actions.set(id, { fault, left: fault.times });
  }

  remove(id: number): void {
    this.calls.delete(id);
    this.actions.delete(id);
  }

  /** Stands before every call of the API. */
  middleware: MiddlewareHandler = async (call, next) => {
    const { method, path } = call.req;
    const fitting = [...this.calls.values()].filter(
      (fault) =>
        path.replace(/^\/v1/, "").startsWith(fault.path) &&
        (fault.method === undefined || fault.method === method),
    );
    for (const { latencyMs } of fitting) if (latencyMs) await pause(latencyMs);
    if (fitting.some(({ unreachable }) => unreachable)) {
      const { incoming } = call.env as { incoming?: { socket: { destroy(): void } } };
      incoming?.socket.destroy();
      return call.body(null);
    }
    const refusing = fitting.find(({ status }) => status !== undefined);
    if (refusing) {
      if (refusing.resetSeconds !== undefined) {
        call.header("RateLimit-Limit", "3600");
        call.header("RateLimit-Remaining", "0");
        call.header(
          "RateLimit-Reset",
          String(Math.ceil(Date.now() / 1000) + refusing.resetSeconds),
        );
      }
      const error = new ApiError(codeOf(refusing.status!), "injected fault");
      return call.json(error.toWire(), refusing.status as 400);
    }
    await next();
  };

  /** What is to happen to the next action of that command; it counts. */
  fateOf(command: string): "fail" | "stick" | undefined {
    for (const entry of this.actions.values()) {
      if (entry.fault.command !== command || entry.left === 0) continue;
      entry.left -= 1;
      return entry.fault.result;
    }
    return undefined;
  }
}

function codeOf(status: number): ConstructorParameters<typeof ApiError>[0] {
  if (status === 423) return "locked";
  if (status === 429) return "rate_limit_exceeded";
  if (status === 503) return "unavailable";
  return status >= 500 ? "server_error" : "invalid_input";
}
