import { ApiFailure } from "./failure";
import type { Caller } from "./transport";

/** Wait for a route's answer before the next route is tried in parallel, milliseconds. */
const patienceMs = 800;

/**
 * Several routes to the same API, the one that answered last first. An unreachable route costs only the
 * time of its failed connection; a hanging route is overtaken by the next one.
 */
export class Routes implements Caller {
  private order: readonly Caller[];

  /** @param ways the routes, at least one. */
  constructor(
    ways: readonly Caller[],
    private readonly overtakeMs = patienceMs,
  ) {
    this.order = ways;
  }

  call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const ways = [...this.order];
    let pending = 0;
    let refusal: Error | undefined;
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
            if (fromApi || !refusal) refusal = error;
            // A refusal by the API itself would be the same on every route.
            if (fromApi) clearTimeout(timer);
            else tryNext();
            if (pending === 0) reject(refusal);
          },
        );
      };
      tryNext();
    });
  }

  /**
   * Calls a cheap path on every route, so that connections are open and a working route is first; resolves
   * with the answers of the routes that answered.
   */
  async keepWarm(path: string): Promise<unknown[]> {
    const answers = await Promise.allSettled(
      this.order.map(async (way) => ({ way, answer: await way.call("GET", path) })),
    );
    const alive = answers.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    if (alive[0]) this.prefer(alive[0].way);
    return alive.map(({ answer }) => answer);
  }

  private prefer(way: Caller): void {
    if (this.order[0] === way) return;
    this.order = [way, ...this.order.filter((other) => other !== way)];
  }
}
