import { ApiFailure } from "./failure";
import type { Caller } from "./transport";

/** Wait for a route's answer before the next one is tried beside it, milliseconds. */
const patienceMs = 800;

/**
 * Several ways to the same API, the one that answered last first. A way that cannot be reached
 * costs no more than its connection takes to fail; one that hangs is overtaken.
 */
export class Routes implements Caller {
  private order: readonly Caller[];

  /** @param ways at least one. */
  constructor(
    ways: readonly Caller[],
    private readonly overtakeMs = patienceMs,
  ) {
    this.order = ways;
  }

  call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const ways = [...this.order];
    let pending = 0;
    let said: Error | undefined;
    let timer: NodeJS.Timeout | undefined;
    return new Promise((resolve, reject) => {
      const tryNext = () => {
        clearTimeout(timer);
        const way = ways.shift();
        if (!way) return;
        pending++;
        if (ways.length > 0) timer = setTimeout(tryNext, this.overtakeMs);
        way.call(method, path, body).then(
          (answer) => {
            clearTimeout(timer);
            this.prefer(way);
            resolve(answer);
          },
          (error: Error) => {
            pending--;
            const fromApi = !(error instanceof ApiFailure && error.unreachable);
            if (fromApi || !said) said = error;
            // What the API itself refuses is refused on every way.
            if (fromApi) clearTimeout(timer);
            else tryNext();
            if (pending === 0) reject(said);
          },
        );
      };
      tryNext();
    });
  }

  /**
   * Asks every way for something that costs nothing, so that connections are open and the order is
   * right; resolves with the answers of those that answer.
   */
  async keepWarm(path: string): Promise<unknown[]> {
    const asked = await Promise.allSettled(
      this.order.map(async (way) => ({ way, answer: await way.call("GET", path) })),
    );
    const alive = asked.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    if (alive[0]) this.prefer(alive[0].way);
    return alive.map(({ answer }) => answer);
  }

  private prefer(way: Caller): void {
    if (this.order[0] === way) return;
    this.order = [way, ...this.order.filter((other) => other !== way)];
  }
}
