import { expect } from "vitest";
import { Actions } from "../../actions";
import { apiApp } from "../../app";
import { behaviourOn, defaultApiDate, type Cloud } from "../../cloud";
import { Offer } from "../../faults/offer";
import { MemoryDriver } from "../../machines/memory-driver";
import { RateLimit } from "../../calls";
import { Store } from "../../store";
import { TestClock } from "./test-clock";

/** Tokens of two projects. */
export const tokens = ["a".repeat(64), "b".repeat(64)] as const;

/** An answer of the API. */
export interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- bodies are asserted, not typed
  body: any;
}

/** What a test may set; the rest is a fresh cloud whose actions end at once. */
export interface TestCloudOptions {
  actions?: "async" | "instant";
  apiDate?: string;
  rateLimit?: boolean;
  /** State directory; absent: in memory. */
  state?: string;
  driver?: MemoryDriver;
}

/** A cloud without hosts and sockets, and calls to it. */
export class TestCloud {
  readonly clock = new TestClock();
  readonly driver: MemoryDriver;
  readonly cloud: Cloud;
  private readonly app: ReturnType<typeof apiApp>;

  constructor(options: TestCloudOptions = {}) {
    const { actions: mode = "instant", apiDate = defaultApiDate, rateLimit = false } = options;
    const store = new Store(options.state);
    this.driver = options.driver ?? new MemoryDriver();
    this.cloud = {
      store,
      driver: this.driver,
      clock: this.clock,
      actions: new Actions(store, mode, this.clock),
      behaviour: behaviourOn(apiDate),
      offer: new Offer(),
    };
    const limit = new RateLimit(this.clock, rateLimit);
    this.app = apiApp(this.cloud, { tokens, limit });
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    token: string = tokens[0],
  ): Promise<Answer> {
    const answer = await this.app.request(`/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  get = (path: string, token?: string) => this.call("GET", path, undefined, token);
  post = (path: string, body: unknown = {}, token?: string) => this.call("POST", path, body, token);
  put = (path: string, body: unknown) => this.call("PUT", path, body);
  delete = (path: string) => this.call("DELETE", path);

  /** What a call answers that must succeed. */
  async made(path: string, body: unknown = {}): Promise<Answer["body"]> {
    const { status, body: answer } = await this.post(path, body);
    expect(answer.error).toBeUndefined();
    expect(status).toBe(201);
    return answer;
  }

  /** Runs an action of a thing, which must succeed; its command. */
  async acted(path: string, body: unknown = {}): Promise<string> {
    const { action } = await this.made(path, body);
    expect(action).toMatchObject({ status: "success", error: null, progress: 100 });
    return action.command;
  }

  /** Ids of a list. */
  async ids(path: string): Promise<number[]> {
    const { body } = await this.get(path);
    const key = path.replace(/^\//, "").split(/[/?]/)[0]!;
    return body[key].map(({ id }: { id: number }) => id);
  }

  /** Makes a server with the least that is needed. */
  async server(overrides: object = {}): Promise<Answer["body"]> {
    const n = this.cloud.store.nextId();
    const body = { name: `server-${n}`, server_type: "cx23", image: "debian-13", ...overrides };
    const { server } = await this.made("/servers", body);
    return (await this.get(`/servers/${server.id}`)).body.server;
  }

  /** Makes a server that is off. */
  serverOff(overrides: object = {}): Promise<Answer["body"]> {
    return this.server({ start_after_create: false, ...overrides });
  }

  /** Makes the network 10.0.0.0/16 with the subnets 10.0.<n>.0/24. */
  async network(name = "network", subnets: number[] = [1]): Promise<Answer["body"]> {
    const wire = subnets.map((n) => ({
      type: "cloud",
      ip_range: `10.0.${n}.0/24`,
      network_zone: "eu-central",
    }));
    const body = { name, ip_range: "10.0.0.0/16", subnets: wire };
    return (await this.made("/networks", body)).network;
  }
}

/** A refusal: status, code and what its fields are told. */
export function refused(status: number, code: string, fields?: Record<string, RegExp>) {
  const details = fields && {
    fields: Object.entries(fields).map(([name, message]) => ({
      name,
      messages: [expect.stringMatching(message)],
    })),
  };
  return {
    status,
    body: { error: { code, message: expect.any(String), ...(details ? { details } : {}) } },
  };
}
