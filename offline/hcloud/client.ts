import { setTimeout as pause } from "node:timers/promises";

/** A failure that the API answered. */
export class CloudError extends Error {
  constructor(
    readonly code: string,
    message: string,
    correlationId: string | null,
  ) {
    super(`${message} (${code}${correlationId ? `, ${correlationId}` : ""})`);
  }
}

/** An action as the API answers it. */
export interface Action {
  id: number;
  status: "running" | "success" | "error";
  error: { code: string; message: string } | null;
}

/** Codes that the Go client tries again. Source: hcloud-go `client_handler_retry.go`. */
const retriedCodes = ["conflict", "rate_limit_exceeded", "bad_gateway", "timeout"];
const retries = 5;
/** Pauses between tries: 1 s, doubled, at most 60 s. */
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
/** Longest pause before looking at an action. Source: hcloud-go `ExponentialBackoff`. */
const longestPollMs = 10_000;
/** Longest wait for one answer. */
const answerTimeoutMs = 60_000;

/** Settings of the provider; those left out are taken from the environment by the caller. */
export interface ClientSettings {
  /** Such as `http://127.0.0.1:8480/v1`. */
  endpoint: string | undefined;
  /** 64 characters. */
  token: string | undefined;
  /** First pause before looking at an action, as Go writes it. @default "500ms" */
  pollInterval?: string;
  /** `exponential` doubles the pauses, `constant` does not. @default "exponential" */
  pollFunction?: string;
}

/** Milliseconds of a duration such as `500ms` or `1m30s`. @throws Error if it is none. */
export function milliseconds(duration: string): number {
  const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== duration) {
    throw new Error(
      `pollInterval must be a duration such as 500ms, got ${JSON.stringify(duration)}`,
    );
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit!]!, 0);
}

/** True if the address is this machine's own. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Calls to the API of a local cloud, and to no other. */
export class CloudClient {
  private readonly endpoint: string;
  private readonly token: string;
  private readonly firstPollMs: number;
  private readonly pollFactor: number;

  /** @throws Error if the endpoint is not on loopback, or the token has not 64 characters. */
  constructor({ endpoint, token, pollInterval, pollFunction }: ClientSettings) {
    if (!endpoint || !URL.canParse(endpoint) || !isLoopback(new URL(endpoint).hostname)) {
      throw new Error(
        `hcloud:endpoint must be on loopback, such as http://127.0.0.1:8480/v1, got ${JSON.stringify(endpoint)}: ` +
          "this is the stand-in for the hcloud plugin and works with a local cloud only; for the real cloud use the official pulumi with its plugins",
      );
    }
    if (token?.length !== 64) {
      throw new Error("entered token is invalid (must be exactly 64 characters long)");
    }
    this.endpoint = endpoint.replace(/\/+$/, "");
    this.token = token;
    this.firstPollMs = milliseconds(pollInterval ?? "500ms");
    this.pollFactor = pollFunction === "constant" ? 1 : 2;
  }

  /**
   * One call, tried again as the Go client does: after some codes, and a GET whose connection was lost, which Go's
   * transport repeats by itself. Undefined where the answer has no body.
   */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.once<T>(method, path, body);
      } catch (error) {
        const again =
          error instanceof CloudError ? retriedCodes.includes(error.code) : isLost(method, error);
        if (!again || tries >= retries) throw error;
        await pause(firstRetryMs * 2 ** tries);
      }
    }
  }

  private async once<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.endpoint}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: "application/json",
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const text = await response.text();
    if (response.ok) return (text === "" ? undefined : JSON.parse(text)) as T;
    const { error } = (text.startsWith("{") ? JSON.parse(text) : {}) as {
      error?: { code: string; message: string };
    };
    const correlation = response.headers.get("x-correlation-id");
    if (error) throw new CloudError(error.code, error.message, correlation);
    throw new Error(`server responded with status code ${response.status}`);
  }

  /** Like {@link call} for GET, but something that does not exist is undefined. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.call<T>("GET", path);
    } catch (error) {
      if (error instanceof CloudError && error.code === "not_found") return undefined;
      throw error;
    }
  }

  /** Waits until all actions have ended; those that ended in the answer are not asked for. */
  async wait(...actions: (Action | null | undefined)[]): Promise<void> {
    let running = actions.filter((action): action is Action => action?.status === "running");
    for (const action of actions) if (action) refuseFailed(action);
    for (let n = 0; running.length > 0; n++) {
      await pause(Math.min(this.firstPollMs * this.pollFactor ** n, longestPollMs));
      const ids = running.map(({ id }) => `id=${id}`).join("&");
      const path = `/actions?${ids}&page=1&sort=status&sort=id`;
      const { actions: seen } = await this.call<{ actions: Action[] }>("GET", path);
      if (seen.length !== running.length) throw new Error(`actions not found: ${ids}`);
      seen.forEach(refuseFailed);
      running = seen.filter(({ status }) => status === "running");
    }
  }

  /** Calls an action of a resource and waits for it. */
  async act(path: string, body: object = {}): Promise<void> {
    const answer = await this.call<{ action?: Action; actions?: Action[] }>("POST", path, body);
    await this.wait(answer.action, ...(answer.actions ?? []));
  }
}

/** True if the connection of a GET was lost before an answer. `fetch` reports that as a TypeError with a cause. */
function isLost(method: string, error: unknown): boolean {
  if (method !== "GET" || !(error instanceof TypeError) || error.message !== "fetch failed") {
    return false;
  }
  return (error.cause as { code?: string } | undefined)?.code !== "ECONNREFUSED";
}

function refuseFailed({ status, error, id }: Action): void {
  if (status === "error") {
    throw new Error(`${error?.message ?? "action failed"} (${error?.code ?? "unknown"}, ${id})`);
  }
}

/** Tries `work` again while it fails with one of the codes: n times, 1 s doubling. */
export function retried<T>(
  tries: number,
  codes: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  return retriedWhile(tries, (code) => codes.includes(code), work);
}

/** Tries `work` again while it fails with any code but those: n times, 1 s doubling. */
export function retriedUnless<T>(
  tries: number,
  codes: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  return retriedWhile(tries, (code) => !codes.includes(code), work);
}

async function retriedWhile<T>(
  tries: number,
  again: (code: string) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CloudError) || !again(error.code) || n + 1 >= tries) throw error;
      await pause(Math.min(firstRetryMs * 2 ** n, longestRetryMs));
    }
  }
}
