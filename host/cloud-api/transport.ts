import * as http from "node:http";
import * as https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { lookup as ask } from "node:dns";
import { monotonicMs } from "../time/monotonic";
import { ApiFailure } from "./failure";

/** A client of the Hetzner API, or of a part of it. */
export interface Caller {
  /**
   * Returns the body of a successful answer.
   *
   * @param path path below the endpoint, without a leading slash.
   *
   * @throws ApiFailure in all other cases.
   */
  call(method: "GET" | "POST", path: string, body?: object): Promise<unknown>;
}

/** Settings of a {@link Transport}. */
export interface TransportSettings {
  /** User-Agent header. */
  agent: string;
  /** API token. @default no Authorization header */
  token?: string;
  /**
   * Client certificate with its key, and the CA of the server, all PEM. @default no client certificate,
   * the system's CAs
   */
  tls?: { key: string; cert: string; ca: string };
  /** Longest wait for a connection, milliseconds. @default 1000 */
  connectMs?: number;
  /**
   * Relay of TCP connections to the endpoint. The endpoint's name stays the one that is verified and asked for.
   *
   * @default a direct connection
   */
  relay?: { host: string; port: number };
}

/** Longest wait for an answer, milliseconds. */
const timeoutMs = 3_000;

/**
 * Wait after a rate-limit refusal, milliseconds. The API's reset time is when all 3 600 calls of an hour
 * are available again; one call is refilled each second. Source: API reference, rate limiting.
 */
const limitedMs = 2_000;

/** One endpoint of the API, over persistent connections. */
export class Transport implements Caller {
  private readonly agent: http.Agent;
  private readonly base: URL;
  private readonly lookup = cachingLookup();

  constructor(
    endpoint: string,
    private readonly settings: TransportSettings,
  ) {
    this.base = new URL(endpoint.endsWith("/") ? endpoint : `${endpoint}/`);
    const options = { keepAlive: true, keepAliveMsecs: 10_000, maxSockets: 4 };
    const secure = this.base.protocol === "https:";
    this.agent = secure
      ? new https.Agent({ ...options, ...settings.tls })
      : new http.Agent(options);
  }

  call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const url = new URL(path, this.base);
    const payload = body ? JSON.stringify(body) : undefined;
    const { token, agent, connectMs = 1_000, relay } = this.settings;
    const headers = {
      "user-agent": agent,
      ...(relay ? { host: url.host } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload ? { "content-type": "application/json" } : {}),
    };
    const { request } = url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: this.agent, timeout: timeoutMs, ...this.way(url) };
      const call = request(url, options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("error", (error) => reject(new ApiFailure(error.message)));
        response.on("end", () => {
          try {
            resolve(decode(response, text));
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      limitConnecting(call, connectMs);
      call.on("timeout", () => call.destroy(new ApiFailure(`no answer within ${timeoutMs} ms`)));
      call.on("error", (error) =>
        reject(error instanceof ApiFailure ? error : new ApiFailure(error.message)),
      );
      call.end(payload);
    });
  }

  /** Where the connection goes. Behind a relay the certificate must still be that of the endpoint. */
  private way({ hostname }: URL): https.RequestOptions {
    const { relay } = this.settings;
    if (!relay) return { lookup: this.lookup };
    const name = isIP(hostname) === 0 ? { servername: hostname } : {};
    return { hostname: relay.host, port: relay.port, ...name };
  }
}

function limitConnecting(call: http.ClientRequest, connectMs: number): void {
  call.on("socket", (socket) => {
    if (!socket.connecting) return;
    const late = () => call.destroy(new ApiFailure(`no connection within ${connectMs} ms`));
    const timer = setTimeout(late, connectMs);
    socket.once("connect", () => clearTimeout(timer));
    socket.once("close", () => clearTimeout(timer));
  });
}

function decode(response: http.IncomingMessage, text: string): unknown {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) {
    try {
      return JSON.parse(text);
    } catch {
      throw new ApiFailure(`the API answered ${status} without JSON`, { status: 502 });
    }
  }
  const message = `the API answered ${status} ${text.slice(0, 200)}`;
  throw new ApiFailure(message, {
    status,
    ...(status === 429 ? { retryAfterMs: limitedMs } : {}),
  });
}

type Answer = Parameters<Parameters<LookupFunction>[2]>;

/** Wait for the resolver before the cached answer is used, milliseconds. */
const patienceMs = 300;

/**
 * A DNS lookup that caches the last answer of each name and falls back to it: a failover must not depend
 * on a resolver.
 */
export function cachingLookup(
  resolve: LookupFunction = ask as LookupFunction,
  waitMs = patienceMs,
): LookupFunction {
  const known = new Map<string, Answer>();
  return (name, options, done) => {
    const key = JSON.stringify([name, options.family, options.all]);
    const last = known.get(key);
    let answered = false;
    const answer = (...result: Answer) => {
      if (!answered) done(...result);
      answered = true;
    };
    const timer = last ? setTimeout(() => answer(...last), waitMs) : undefined;
    resolve(name, options, (...result: Answer) => {
      clearTimeout(timer);
      if (!result[0]) known.set(key, result);
      answer(...(result[0] && last ? last : result));
    });
  };
}

/** Poll interval of an action: 200 ms for the first polls, then one second; and its timeout, milliseconds. */
const pollMs = { first: 200, firstLooks: 5, then: 1_000 };

const actionMs = 15_000;

/** Answer of the API to a request that starts an action. */
export interface ActionAnswer {
  action: { id: number; status: string; error?: { message: string } | null };
}

/** Waits until an action has succeeded. @throws ApiFailure if it fails, or runs for more than 15 s. */
export async function actionEnd(
  caller: Caller,
  started: ActionAnswer,
  what: string,
): Promise<void> {
  let { action } = started;
  const end = monotonicMs() + actionMs;
  for (let poll = 1; action.status === "running"; poll++) {
    if (monotonicMs() > end) {
      throw new ApiFailure(`action ${action.id} did not end within ${actionMs / 1000} s`);
    }
    const waitMs = poll > pollMs.firstLooks ? pollMs.then : pollMs.first;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    action = ((await caller.call("GET", `actions/${action.id}`)) as ActionAnswer).action;
  }
  if (action.status !== "success") {
    throw new ApiFailure(`${what} failed: ${action.error?.message ?? action.status}`);
  }
}
