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

/**
 * The decoded body of a call; an absent body counts as `{}`.
 *
 * @throws ApiError `json_error` or `invalid_input` with every field that is not acceptable.
 */
export async function bodyOf<T extends z.ZodType>(call: Call, shape: T): Promise<z.infer<T>> {
  const text = await call.req.text();
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
  if (!Number.isSafeInteger(id)) throw new ApiError("not_found", `ID '${text}' not found`);
  return id;
}
