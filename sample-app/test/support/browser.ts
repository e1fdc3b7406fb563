import { createApp } from "../../src/http/app";
import type { Services } from "../../src/http/context";

/** A client that keeps cookies. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: ReturnType<typeof createApp>;

  constructor(services: Services) {
    this.#app = createApp(services);
  }

  /** Sends a request without a body. */
  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { headers });
  }

  /** Posts JSON. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const type = { "content-type": "application/json" };
    return this.send(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { ...type, ...headers },
    });
  }

  /** Posts a form. */
  submit(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    return this.send(path, { method: "POST", body: new URLSearchParams(fields), headers });
  }

  /** Sends any request. */
  async send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
    headers.set("host", headers.get("host") ?? "shop.example");
    const response = await this.#app.request(path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined || value === undefined) return;
    if (value === "") this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
