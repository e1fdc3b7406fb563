import { get } from "node:http";
import type { MysqlState } from "./mysql-state";

/** Longest wait for an answer of the supervisor, milliseconds. */
const answerMs = 1_000;
/**
 * Age of data that no secondary exceeds: the supervisor reports at most a day. A secondary that lags still has
 * transactions of the valid group alone.
 */
const anyLag = "86400s";

/** What the view of a node tells of its group. */
export type Validity = "valid" | "unknown" | "none";

/**
 * Whether a node is in the valid group, by its view alone. More than half of all database nodes are in no second
 * group. A smaller view may remain after planned stops, or may be of a group that somebody made by hand, which gives
 * its transactions numbers that the valid group gives to others.
 *
 * @param order private addresses of all database nodes; one means no group.
 */
export function validityOf(
  order: readonly string[],
  { serves, secondaries, primary }: Pick<MysqlState, "serves" | "secondaries" | "primary">,
): Validity {
  if (!serves) return "none";
  const online = order.filter((one) => one === primary || secondaries.includes(one));
  return order.length === 1 || online.length * 2 > order.length ? "valid" : "unknown";
}

/** Asks the supervisor of this node whether the group that the node is in is the valid one. */
export class Confirmation {
  /**
   * @param base where the supervisor answers the proxies' checks, such as `http://10.0.4.11:9200`. Undefined: there is
   * no supervisor, and each group counts as the valid one.
   * @param waitMs longest wait for an answer, milliseconds.
   */
  constructor(
    private readonly base: string | undefined,
    private readonly waitMs = answerMs,
  ) {}

  /** True if writes may go to this node. False if the supervisor does not answer in time. */
  async isPrimary(): Promise<boolean> {
    return this.base === undefined || (await this.isOk("/primary"));
  }

  /** True if this node is a primary or secondary of the valid group. False if the supervisor does not answer. */
  async isMember(): Promise<boolean> {
    if (await this.isPrimary()) return true;
    return this.isOk(`/replica?lag=${anyLag}`);
  }

  /** The state, as that of a node that does not serve unless its group is the valid one. */
  async checked(order: readonly string[], state: MysqlState): Promise<MysqlState> {
    const isAsked = validityOf(order, state) === "unknown";
    return isAsked && !(await this.isMember()) ? { ...state, serves: false } : state;
  }

  /** True if the answer is 200. A primary that is about to hand over answers 404. */
  private isOk(path: string): Promise<boolean> {
    return new Promise((resolve) => {
      // Without an agent: the supervisor ends each connection. The time limit covers the connection too.
      const options = { agent: false, signal: AbortSignal.timeout(this.waitMs) } as const;
      get(`${this.base}${path}`, options, (response) => {
        response.on("error", () => undefined).resume();
        resolve(response.statusCode === 200);
      }).on("error", () => resolve(false));
    });
  }
}
