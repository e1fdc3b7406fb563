/** The work cannot be done now and may succeed later: answered with 503 and `Retry-After`. */
export class UnavailableError extends Error {
  override readonly name: string = "UnavailableError";

  constructor(
    message: string,
    /** Seconds after which a client may try again. */
    readonly retryAfterSeconds = 2,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** More work is waiting than the process accepts: refused at once instead of queued without end. */
export class OverloadedError extends UnavailableError {
  override readonly name = "OverloadedError";
}

/** An idempotency key was used again for a different request: answered with 422. */
export class KeyReusedError extends Error {
  override readonly name = "KeyReusedError";
}

/** The account name belongs to somebody else: answered with 409. */
export class NameTakenError extends Error {
  override readonly name = "NameTakenError";
}

/** A description of any error that is safe to log: no SQL text, no values, no credentials. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  return { error: error.name, message: error.message.slice(0, 300), code, errno, cause };
}
