/** A failed call to the Hetzner API. */
export class ApiFailure extends Error {
  constructor(
    message: string,
    readonly more: {
      /** HTTP status of the answer; absent: there was no answer. */
      status?: number;
      /** Wait that the API demands, milliseconds. */
      retryAfterMs?: number;
    } = {},
  ) {
    super(message);
  }

  /** True if the API would refuse the same call again. */
  get refused(): boolean {
    const { status } = this.more;
    return status !== undefined && status < 500 && !later.includes(status);
  }

  /** True if another action has the server: the API locks it meanwhile, and `protected` has the same status. */
  get locked(): boolean {
    return this.more.status === 423;
  }

  /** True if the API itself was not reached: another route to it may work. */
  get unreachable(): boolean {
    return this.more.status === undefined || this.more.status === 502;
  }
}

/** HTTP statuses of temporary refusals. */
const later = [408, 409, 423, 429];
