/** A call to the Hetzner API that brought nothing. */
export class ApiFailure extends Error {
  constructor(
    message: string,
    readonly more: {
      /** Status of the answer; absent: there was none. */
      status?: number;
      /** Wait that the API asks for, milliseconds. */
      retryAfterMs?: number;
    } = {},
  ) {
    super(message);
  }

  /** True if the same call would be refused again. */
  get refused(): boolean {
    const { status } = this.more;
    return status !== undefined && status < 500 && !later.includes(status);
  }

  /** True if it is not the API that said no: another way to it may work. */
  get unreachable(): boolean {
    return this.more.status === undefined || this.more.status === 502;
  }
}

/** Statuses with which the API says "later", not "no". */
const later = [408, 409, 423, 429];
