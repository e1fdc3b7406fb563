import * as http from "node:http";
import * as https from "node:https";
import { rememberingLookup } from "./lookup";

/** An answer that is no success. */
export class ApiFailure extends Error {
  constructor(
    message: string,
    /** Wait that the API asks for, milliseconds. */
    readonly retryAfterMs?: number,
    /** True if the same call would be refused again. */
    readonly refused?: boolean,
  ) {
    super(message);
  }
}

/** Longest wait for one answer, milliseconds. */
const timeoutMs = 3_000;
/** Pause between two looks at an action, and how long it may run, milliseconds. */
const pollMs = 250;
const actionMs = 15_000;

const lookup = rememberingLookup();

/** The three calls to the Hetzner API that the mover makes, over one warm connection. */
export class FloatingIpApi {
  private readonly agent: http.Agent;
  private readonly base: URL;

  constructor(
    endpoint: string,
    private readonly token: string,
  ) {
    this.base = new URL(endpoint.endsWith("/") ? endpoint : `${endpoint}/`);
    const options = { keepAlive: true, keepAliveMsecs: 10_000, maxSockets: 4 };
    const secure = this.base.protocol === "https:";
    this.agent = secure ? new https.Agent(options) : new http.Agent(options);
  }

  /** Server id that has the address, or null. */
  async owner(floatingIpId: number): Promise<number | null> {
    const answer = (await this.call("GET", `floating_ips/${floatingIpId}`)) as {
      floating_ip: { server: number | null };
    };
    return answer.floating_ip.server;
  }

  /** Gives the address to a server and waits until the action has succeeded. Never unassigns first. */
  async assign(floatingIpId: number, serverId: number): Promise<void> {
    const path = `floating_ips/${floatingIpId}/actions/assign`;
    const answer = (await this.call("POST", path, { server: serverId })) as ActionAnswer;
    let { action } = answer;
    for (const end = Date.now() + actionMs; action.status === "running";) {
      if (Date.now() > end) throw new ApiFailure(`action ${action.id} does not end`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      action = ((await this.call("GET", `actions/${action.id}`)) as ActionAnswer).action;
    }
    if (action.status !== "success") {
      throw new ApiFailure(`assign failed: ${action.error?.message ?? action.status}`);
    }
  }

  private call(method: string, path: string, body?: object): Promise<unknown> {
    const url = new URL(path, this.base);
    const payload = body ? JSON.stringify(body) : undefined;
    const headers = {
      authorization: `Bearer ${this.token}`,
      ...(payload ? { "content-type": "application/json" } : {}),
    };
    const { request } = url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: this.agent, timeout: timeoutMs, lookup };
      const call = request(url, options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("error", reject);
        response.on("end", () => {
          try {
            resolve(decode(response, text));
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      call.on("timeout", () => call.destroy(new ApiFailure(`no answer within ${timeoutMs} ms`)));
      call.on("error", reject);
      call.end(payload);
    });
  }
}

interface ActionAnswer {
  action: { id: number; status: string; error?: { message: string } | null };
}

/** Statuses with which the API says "later", not "no". */
const later = [408, 409, 423, 429];

function decode(response: http.IncomingMessage, text: string): unknown {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return JSON.parse(text);
  const message = `the API answered ${status} ${text.slice(0, 200)}`;
  if (status === 429) throw new ApiFailure(message, untilReset(response));
  throw new ApiFailure(message, undefined, status < 500 && !later.includes(status));
}

/** Milliseconds until the API takes calls again; at least 2 000. */
function untilReset({ headers }: http.IncomingMessage): number {
  const seconds = Number(headers["ratelimit-reset"]);
  return Math.max(2_000, Number.isFinite(seconds) ? seconds * 1000 - Date.now() : 0);
}
