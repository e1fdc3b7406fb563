import { z } from "zod";
import { cloudAnswer } from "../rolling/cloud-api";

/** An answer of the API. */
export interface Answer {
  /** HTTP status. */
  status: number;
  /** Decoded JSON; undefined without a JSON body. */
  body: unknown;
  /** Header `Date`, the API's clock; absent: the answer has none. */
  date?: string;
}

/** Calls the API with a token; the path begins after `/v1`. @throws Error if the API does not answer. */
export type Call = (method: "GET" | "POST", path: string, body?: object) => Promise<Answer>;

/** The API refused a GET. */
export class RefusedError extends Error {
  constructor(
    /** The API's error code, such as `unauthorized`; empty if the answer has none. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const errorShape = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const pageShape = z.object({
  meta: z.object({ pagination: z.object({ next_page: z.number().nullish() }) }).optional(),
});

/** Longest wait for an answer, milliseconds. */
const answerMs = 15_000;

/** Makes HTTP calls to an endpoint such as `https://api.hetzner.cloud/v1`. */
export function callsTo(endpoint: string, token: string): Call {
  return async (method, path, body) => {
    const response = await cloudAnswer({ endpoint, token }, method, path, body, answerMs);
    const text = await response.text();
    const date = response.headers.get("date");
    const head = { status: response.status, ...(date === null ? {} : { date }) };
    try {
      return { ...head, body: JSON.parse(text) as unknown };
    } catch {
      return { ...head, body: undefined };
    }
  };
}

/** Code and message of an error; undefined for any other answer. */
export function errorIn({ status, body }: Answer): { code: string; message: string } | undefined {
  if (status < 400) return undefined;
  const parsed = errorShape.safeParse(body);
  return parsed.success ? parsed.data.error : { code: "", message: `status ${status}` };
}

/** Body of the answer to a GET. @throws RefusedError if the API refuses, or if the answer has another shape. */
export async function read<T>(call: Call, path: string, shape: z.ZodType<T>): Promise<T> {
  const answer = await call("GET", path);
  const error = errorIn(answer);
  if (error) throw new RefusedError(error.code, `GET ${path} answered ${error.message}`);
  const parsed = shape.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new RefusedError(
    "",
    `GET ${path} answered something else: ${z.prettifyError(parsed.error)}`,
  );
}

/** All entries of a list, from all its pages. @throws RefusedError as {@link read} does. */
export async function readAll<T>(call: Call, path: string, entry: z.ZodType<T>): Promise<T[]> {
  const [name = "", query] = path.replace(/^\//, "").split("?");
  const shape = pageShape.and(z.record(z.string(), z.unknown()));
  const all: T[] = [];
  for (let page: number | null | undefined = 1; page;) {
    const words = [query, `per_page=50&page=${page}`].filter(Boolean).join("&");
    const answer: z.infer<typeof shape> = await read(call, `/${name}?${words}`, shape);
    const entries = z.array(entry).safeParse((answer as Record<string, unknown>)[name]);
    if (!entries.success)
      throw new RefusedError("", `GET ${path}: ${z.prettifyError(entries.error)}`);
    all.push(...entries.data);
    page = answer.meta?.pagination.next_page;
  }
  return all;
}
