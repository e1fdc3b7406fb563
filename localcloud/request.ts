import type { Context } from "hono";
import { z } from "zod";
import { ApiError, invalidInput } from "./errors";
import { checkLabels } from "./labels";

/** Variables that the middleware sets. */
export interface Env {
  Variables: { project: string };
}

/** A call as handlers see it. */
export type Call = Context<Env>;

/** A map of labels. */
export const labelsShape = z.record(z.string(), z.string());

/** Largest body that is read, bytes. Assumed: a limit of the API is not documented. */
const maxBodyBytes = 10 * 1024 * 1024;

async function textOf({ req }: Call): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of req.raw.body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new ApiError("json_error", "body is too large", null, 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/**
 * The decoded body of a call; an absent body counts as `{}`.
 *
 * @throws ApiError `json_error` or `invalid_input` with every field that is not acceptable.
 */
export async function bodyOf<T extends z.ZodType>(call: Call, shape: T): Promise<z.infer<T>> {
  const text = await textOf(call);
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw new ApiError("json_error", "unable to parse JSON body");
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    throw invalidInput(
      ...parsed.error.issues.map(({ path, message }) => ({
        name: path.join(".") || "body",
        message,
      })),
    );
  }
  const labels = (parsed.data as { labels?: Record<string, string> }).labels;
  if (labels) checkLabels(labels);
  return parsed.data;
}

/** The number in a path. @throws ApiError `not_found` if it is none. */
export function idOf(call: Call, name = "id"): number {
  const text = call.req.param(name) ?? "";
  const id = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(id))
    throw new ApiError("not_found", `ID '${text}' not found`);
  return id;
}
