import { NoSlotError } from "./failures";

interface Waiter {
  resolve: () => void;
  timer: NodeJS.Timeout;
}

/** A fixed number of places, given out in the order of arrival. */
export class Slots {
  #free: number;
  readonly #waiting: Waiter[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Resolves once a place is taken; give it back with {@link release}.
   *
   * @throws NoSlotError if none became free within `timeoutMs`.
   */
  async take(timeoutMs: number): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const expire = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(new NoSlotError(`no connection became free within ${timeoutMs} ms`));
      };
      const waiter: Waiter = { resolve, timer: setTimeout(expire, Math.max(0, timeoutMs)) };
      this.#waiting.push(waiter);
    });
  }

  /** Gives a place back, to the one who waits longest. */
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#free++;
      return;
    }
    clearTimeout(next.timer);
    next.resolve();
  }
}
