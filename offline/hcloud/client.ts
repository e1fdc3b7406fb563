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
/** Pauses before looking at an action: 0.5 s, doubled, at most 10 s. Source: provider docs. */
const firstPollMs = Number(process.env.HCLOUD_POLL_MS ?? 500);
const longestPollMs = 10_000;

/** True if the address is this machine's own. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Calls to the API of a local cloud, and to no other. */
export class CloudClient {
  private readonly endpoint: string;
  private readonly token: string;

  /** @throws Error if the endpoint is not on loopback, or the token has not 64 characters. */
  constructor(endpoint: string | undefined, token: string | undefined) {
    if (!endpoint || !URL.canParse(endpoint) || !isLoopback(new URL(endpoint).hostname)) {
      throw new Error(
        `the stand-in for the hcloud plugin works with a local cloud on loopback only, got endpoint ` +
          `${JSON.stringify(endpoint)}; for the real cloud install the official pulumi and its plugins`,
      );
    }
    if (token?.length !== 64)
      throw new Error("entered token is invalid (must be exactly 64 characters long)");
    this.endpoint = endpoint.replace(/\/+$/, "");
    this.token = token;
  }

  /** One call, tried again as the Go client does; undefined where the answer has no body. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.once<T>(method, path, body);
      } catch (error) {
        const again = error instanceof CloudError && retriedCodes.includes(error.code);
        if (!again || tries >= retries) throw error;
        await pause(1_000 * 2 ** tries);
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
      signal: AbortSignal.timeout(60_000),
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
      await pause(Math.min(firstPollMs * 2 ** n, longestPollMs));
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

function refuseFailed({ status, error, id }: Action): void {
  if (status === "error") {
    throw new Error(`${error?.message ?? "action failed"} (${error?.code ?? "unknown"}, ${id})`);
  }
}

/** Tries `work` again while it fails with one of the codes: n times, 1 s doubling. */
export async function retried<T>(
  tries: number,
  codes: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CloudError) || !codes.includes(error.code) || n + 1 >= tries)
        throw error;
      await pause(Math.min(1_000 * 2 ** n, 60_000));
    }
  }
}
