import { createHash } from "node:crypto";
import { request as overHttp, type IncomingMessage } from "node:http";
import { request as overHttps } from "node:https";
import {
  KeyExistsError,
  type ObjectHead,
  type ObjectStore,
  RefusedError,
  StoreError,
} from "./object-store";
import { type Signer, signHeaders } from "./signature";

/** A bucket and the credentials for it. */
export interface S3Target extends Signer {
  /** Endpoint without a path, such as `https://fsn1.your-objectstorage.com`. */
  endpoint: string;
  bucket: string;
}

/** A request; the key is empty for the bucket itself. */
export interface RequestArgs {
  method: "GET" | "HEAD" | "PUT";
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer;
}

/** Longest time without data on the connection, milliseconds. */
const silenceMs = 30_000;

/** A bucket with the S3 protocol in path style. */
export class S3Store implements ObjectStore {
  constructor(
    protected readonly target: S3Target,
    private readonly now: () => Date,
  ) {}

  async put(key: string, content: Buffer): Promise<void> {
    const headers = { "if-none-match": "*" };
    const answer = await this.ask({ method: "PUT", key, headers, body: content });
    const body = await text(answer);
    if (answer.statusCode === 412 || answer.statusCode === 409) throw new KeyExistsError(key);
    if (answer.statusCode !== 200) throw failure("PUT", key, answer, body);
  }

  async get(key: string, range?: { from: number; to: number }): Promise<Buffer | undefined> {
    const headers: Record<string, string> = range
      ? { range: `bytes=${range.from}-${range.to}` }
      : {};
    const answer = await this.ask({ method: "GET", key, headers });
    const content = await body(answer);
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== (range ? 206 : 200))
      throw failure("GET", key, answer, content.toString());
    return content;
  }

  async stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const answer = await this.ask({ method: "GET", key });
    if (answer.statusCode === 200) return chunks(answer, `GET ${key}: `);
    const body = await text(answer);
    if (answer.statusCode === 404) return undefined;
    throw failure("GET", key, answer, body);
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const answer = await this.ask({ method: "HEAD", key });
    await body(answer);
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) throw failure("HEAD", key, answer, "");
    const [, md5 = ""] = /^"?([0-9a-f]{32})"?$/.exec(answer.headers.etag ?? "") ?? [];
    return { bytes: Number(answer.headers["content-length"]), md5 };
  }

  async list(prefix: string, after = "", max = Number.POSITIVE_INFINITY): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const query = {
        ...{ "list-type": "2", prefix, "max-keys": String(Math.min(1_000, max - keys.length)) },
        ...(token ? { "continuation-token": token } : after ? { "start-after": after } : {}),
      };
      const answer = await this.ask({ method: "GET", key: "", query });
      const page = await text(answer);
      if (answer.statusCode !== 200) throw failure("LIST", prefix, answer, page);
      keys.push(...[...page.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key!));
      token = /<NextContinuationToken>([^<]*)</.exec(page)?.[1];
    } while (token && keys.length < max);
    return keys;
  }

  protected async ask({ method, key, query = {}, headers = {}, body }: RequestArgs) {
    const url = new URL(
      `/${this.target.bucket}${key === "" ? "" : `/${key}`}`,
      this.target.endpoint,
    );
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const at = this.now()
      .toISOString()
      .replace(/[-:]|\.\d+/g, "");
    const bodySha256 = createHash("sha256")
      .update(body ?? "")
      .digest("hex");
    const sent = signHeaders(this.target, { method, url, bodySha256, headers, at });
    const length = body ? { "content-length": String(body.length) } : {};
    return new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method, headers: { ...sent, ...length }, timeout: silenceMs };
      const call = (url.protocol === "https:" ? overHttps : overHttp)(url, options, resolve);
      call.on("timeout", () => call.destroy(new Error(`no data for ${silenceMs / 1_000} s`)));
      call.on("error", (error) => reject(new StoreError(`${method} ${key}: ${error.message}`)));
      call.end(body);
    });
  }
}

async function body(answer: IncomingMessage): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const chunk of chunks(answer)) found.push(chunk);
  return Buffer.concat(found);
}

async function* chunks(answer: IncomingMessage, request = ""): AsyncGenerator<Uint8Array> {
  try {
    yield* answer as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new StoreError(`${request}the answer was cut off: ${(error as Error).message}`);
  }
}

/** The body of an answer as text. @throws StoreError if the answer is cut off. */
export async function text(answer: IncomingMessage): Promise<string> {
  return (await body(answer)).toString();
}

/** The error that an answer of a status which is not wanted stands for. */
export function failure(
  method: string,
  key: string,
  answer: IncomingMessage,
  body: string,
): StoreError {
  const [, code = ""] = /<Code>([^<]*)</.exec(body) ?? [];
  const status = answer.statusCode ?? 0;
  // 408 and 429: the same request may succeed later.
  const isRefused = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const Kind = isRefused ? RefusedError : StoreError;
  return new Kind(`${method} ${key} failed with status ${status} ${code}`.trim());
}
