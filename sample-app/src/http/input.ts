import { z } from "zod";
import { maxPasswordBytes } from "../passwords";

const name = z
  .string()
  .transform((value) => value.trim().normalize("NFC"))
  .pipe(
    z
      .string()
      .regex(
        /^[\p{L}\p{N}][\p{L}\p{N}_.-]{1,29}$/u,
        "must have 2 to 30 letters, digits, dots, dashes or underscores",
      ),
  );

const password = z
  .string()
  .min(8, "must have at least 8 characters")
  .refine(
    (value) => Buffer.byteLength(value) <= maxPasswordBytes,
    `must have at most ${maxPasswordBytes} bytes`,
  );

const idempotencyKey = z
  .string()
  .regex(/^[\w.:-]{8,128}$/, "must have 8 to 128 letters, digits, dots, colons, dashes");

/** Body of a sign-up. */
export const newAccount = z.object({ name, password, idempotencyKey: idempotencyKey.optional() });

/** Body of a sign-in; anything short is looked up, so that old rules do not lock anybody out. */
export const credentials = z.object({ name: z.string().max(100), password: z.string().max(1000) });

/** Body of a new entry. */
export const newEntry = z.object({
  text: z
    .string()
    .transform((value) => wellFormed(value.replaceAll("\r\n", "\n").trim()))
    .pipe(z.string().min(1, "must not be empty").max(500, "must have at most 500 characters")),
  idempotencyKey: idempotencyKey.optional(),
});

/** Query of a list of entries. */
export const entryPage = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

/** The input breaks a rule: answered with 422. */
export class InputError extends Error {
  override readonly name = "InputError";

  constructor(
    /** What is wrong, by field. */
    readonly fields: Record<string, string>,
  ) {
    super(
      Object.entries(fields)
        .map(([field, rule]) => `${field} ${rule}`)
        .join("; "),
    );
  }
}

/**
 * `value` in the shape of `schema`.
 *
 * @throws InputError that names each field and its rule.
 */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const entries = result.error.issues.map((i) => [i.path.join(".") || "body", i.message] as const);
  throw new InputError(Object.fromEntries(entries.reverse()));
}

function wellFormed(value: string): string {
  // UTF-8 has no half characters; encoding replaces them.
  return Buffer.from(value).toString();
}
