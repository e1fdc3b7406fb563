import { OverloadedError } from "./errors";

/** Accepts a limited number of calls at a time and refuses the others at once. */
export class Admission {
  #pending = 0;

  /** @param maxPending most calls that run or wait at the same time, such as 500. */
  constructor(
    private readonly what: string,
    private readonly maxPending: number,
  ) {}

  /** Calls that run or wait now. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Runs `work`.
   *
   * @throws OverloadedError if `maxPending` calls are there already.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#pending >= this.maxPending) {
      throw new OverloadedError(`${this.maxPending} ${this.what} are waiting already`);
    }
    this.#pending++;
    try {
      return await work();
    } finally {
      this.#pending--;
    }
  }
}
