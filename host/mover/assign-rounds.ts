import { ApiFailure } from "../cloud-api/failure";
import { monotonicMs } from "../time/monotonic";
import type { FloatingIpApi } from "./api";
import type { HeldAddresses } from "./held-addresses";
import { lockedPauseMs, lockedTries, settleMs } from "./limits";

/** How a round is carried out. */
export interface RoundOptions {
  /** False once this node must not take addresses any more. */
  isWanted: () => boolean;
  /** False after a failed round: a locked address is then left to the next round, which waits longer. */
  isFirst: boolean;
}

/**
 * Assigns the floating IPs to this node's server, one after the other. The API locks a server while a floating IP is
 * attached to it, and refuses a second action on it with 423 `locked`. Source: a maintainer in
 * https://github.com/hetznercloud/csi-driver/issues/418
 */
export class AssignRounds {
  /** Actions that have not ended, by floating IP. An action may outlive its round. */
  private readonly running = new Map<number, Promise<void>>();

  /** @param server id of this node's server. */
  constructor(
    private readonly api: Pick<FloatingIpApi, "assign">,
    private readonly held: HeldAddresses,
    private readonly server: number,
    private readonly nowMs = monotonicMs,
  ) {}

  /**
   * Assigns the addresses that this node does not have and that no action moves here already. Each one is sent once,
   * at the end of the one before, but after {@link settleMs} at the latest.
   *
   * @throws ApiFailure the first failure; no further address is sent then, and what was assigned stays.
   */
  async run(options: RoundOptions): Promise<void> {
    const actions = [...this.running.values()];
    for (const id of this.held.missing(this.nowMs())) {
      if (this.running.has(id)) continue;
      const action = await this.begin(id, options);
      actions.push(action.ended);
      await Promise.race([action.ended, pause(settleMs)]);
    }
    await Promise.all(actions);
    if (this.held.missing(this.nowMs()).length > 0) {
      throw new ApiFailure("this node's role changed during the assign");
    }
  }

  /** Sends one address until the API has accepted it. */
  private async begin(
    id: number,
    { isWanted, isFirst }: RoundOptions,
  ): Promise<{ ended: Promise<void> }> {
    for (let left = isFirst ? lockedTries : 1; ;) {
      if (!isWanted()) throw new ApiFailure("this node is no longer master");
      try {
        const onAssigned = this.held.assigning(id);
        const ended = await this.api.assign(id, this.server);
        return { ended: this.follow(id, ended, onAssigned) };
      } catch (error) {
        const failure = error instanceof ApiFailure ? error : undefined;
        if (!failure?.locked || --left === 0) {
          const status = failure?.more.status;
          if (status !== undefined && status < 500 && status !== 429) this.held.onRefused(id);
          throw error;
        }
      }
      await pause(lockedPauseMs);
    }
  }

  private follow(
    id: number,
    ended: () => Promise<void>,
    onAssigned: (nowMs: number) => void,
  ): Promise<void> {
    const action = ended()
      .then(
        () => onAssigned(this.nowMs()),
        (error: Error) => {
          this.held.onRefused(id);
          throw error;
        },
      )
      .finally(() => this.running.delete(id));
    // The action may outlive its round; after a failure a later round sends the address again.
    action.catch(() => undefined);
    this.running.set(id, action);
    return action;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
