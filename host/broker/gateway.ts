import { ApiFailure } from "../cloud-api/failure";
import type { DefaultRoute } from "../cloud-api/default-route";
import type { Caller } from "../cloud-api/transport";

/** Longest wait for a move before the caller is told that it runs, milliseconds: less than the callers' patience. */
const answerMs = 500;

/** A load balancer that wants the default route. */
export interface Claim {
  /** Common name in its certificate. */
  caller: string;
  /** Its private address. */
  gateway: string;
  /** True if this broker's last assign was for that load balancer: its claim needs no proof by the API. */
  isTaking: boolean;
  /** The API, through that load balancer first. */
  api: Caller;
}

/** What a load balancer is told about the route: it leads there, or a move is under way. */
export type RouteAnswer = "here" | "moving";

/** Leads the default route of the network to the load balancer that has the floating IP. */
export class Gateway {
  /**
   * @param owns asks the API whether the caller has all floating IPs.
   * @param say writes a line of the log.
   */
  constructor(
    private readonly route: DefaultRoute,
    private readonly owns: (claim: Claim) => Promise<boolean>,
    private readonly say: (level: 4 | 5, text: string) => void,
    private readonly waitMs = answerMs,
  ) {}

  /** True while a move to this gateway runs: another request for it costs no call. */
  isMovingTo(gateway: string): boolean {
    return this.route.isMovingTo(gateway);
  }

  /**
   * Leads the route to the caller; the answer does not wait for a long move, which then goes on.
   *
   * @throws ApiFailure if the API fails within the wait, or the caller does not have the floating IP.
   */
  async lead(claim: Claim, nowMs: () => number): Promise<RouteAnswer> {
    const begun = nowMs();
    const work = this.move(claim);
    const answer = work.then((moved) => {
      if (moved) {
        this.say(5, `the default route leads to ${claim.caller}, ${nowMs() - begun} ms`);
      }
      return "here" as const;
    });
    answer.catch((error: Error) =>
      this.say(4, `the default route does not lead to ${claim.caller}: ${error.message}`),
    );
    const late = new Promise<RouteAnswer>((resolve) =>
      setTimeout(() => resolve("moving"), this.waitMs).unref(),
    );
    return Promise.race([answer, late]);
  }

  private async move(claim: Claim): Promise<boolean> {
    const { caller, gateway, isTaking, api } = claim;
    if (!isTaking && !this.isMovingTo(gateway)) {
      if ((await this.route.gateway(api)) === gateway) return false;
      if (!(await this.owns(claim))) {
        throw new ApiFailure(`${caller} does not have the floating IP`, { status: 409 });
      }
    }
    return this.route.lead(api, gateway);
  }
}
