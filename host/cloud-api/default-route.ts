import { type ActionAnswer, actionEnd, type Caller } from "./transport";
import { ApiFailure } from "./failure";

/** Destination of the route. */
const everywhere = "0.0.0.0/0";
/** Number of attempts at a move, each of which first reads the network, and the pause between two, milliseconds. */
const attempts = { most: 6, pauseMs: 300 };

interface NetworkAnswer {
  network: { routes: { destination: string; gateway: string }[] };
}

/**
 * The default route of a private network in the cloud. The API cannot change a route: the old one is deleted, then the
 * new one is added. A move that ended between the two steps is finished by the next move, since each one first reads
 * the network.
 */
export class DefaultRoute {
  private wanted: { api: Caller; gateway: string } | undefined;
  private work: Promise<boolean> | undefined;

  constructor(
    private readonly networkId: number,
    private readonly pauseMs = attempts.pauseMs,
  ) {}

  /** True while a move to this gateway runs. */
  isMovingTo(gateway: string): boolean {
    return this.work !== undefined && this.wanted?.gateway === gateway;
  }

  /** Private address of the present gateway; undefined without a route. */
  async gateway(api: Caller): Promise<string | undefined> {
    const answer = (await api.call("GET", `networks/${this.networkId}`)) as NetworkAnswer;
    return answer.network.routes.find(({ destination }) => destination === everywhere)?.gateway;
  }

  /**
   * Moves the route to a gateway; true if the route had another gateway or none. One move runs at a time: a call during
   * a move changes the gateway with which that move ends.
   *
   * @throws ApiFailure after {@link attempts}, or at once if the token does not allow the move.
   */
  lead(api: Caller, gateway: string): Promise<boolean> {
    this.wanted = { api, gateway };
    this.work ??= this.move().finally(() => (this.work = undefined));
    return this.work;
  }

  private async move(): Promise<boolean> {
    let moved = false;
    for (let attempt = 1; ; attempt++) {
      const { api, gateway } = this.wanted!;
      try {
        const now = await this.gateway(api);
        if (now === gateway) return moved;
        if (now !== undefined) await this.change(api, "delete_route", now);
        await this.change(api, "add_route", gateway);
        moved = true;
        if (this.isMovingTo(gateway)) return true;
      } catch (error) {
        const { more } = error as ApiFailure;
        const isFinal = more === undefined || more.status === 401 || more.status === 403;
        if (isFinal || attempt >= attempts.most) throw error;
        await this.pause(more.retryAfterMs ?? this.pauseMs);
      }
    }
  }

  private async change(
    api: Caller,
    verb: "delete_route" | "add_route",
    gateway: string,
  ): Promise<void> {
    const path = `networks/${this.networkId}/actions/${verb}`;
    const started = await api.call("POST", path, { destination: everywhere, gateway });
    await actionEnd(api, started as ActionAnswer, verb);
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}
