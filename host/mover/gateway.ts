import type { Effect, Event, State } from "./state";

/**
 * Pause between two requests while the route moves or cannot be moved, milliseconds, and the largest number of
 * requests.
 */
const pauseMs = 1_000;

const maxRequests = 30;

/**
 * Answer to a request for the route: `here` if the route has this node as its gateway, `moving` while a move is under
 * way.
 */
export type Answer = "here" | "moving";

/**
 * Has the private network's default route follow the floating IP to this node. This class works beside the mover's
 * state machine, so a move of the address never waits for the route. Each reconciliation of the owner checks the route
 * again.
 */
export class Gateway {
  private isRunning = false;

  /**
   * @param ask requests the route for this node.
   * @param say writes a line of the log.
   */
  constructor(
    private readonly ask: () => Promise<Answer>,
    private readonly say: (level: 4 | 6, text: string) => void,
    private readonly waitMs = pauseMs,
  ) {}

  /** Requests the route until this node is its gateway, for as long as the condition holds. */
  follow(isWanted: () => boolean): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run(isWanted).finally(() => (this.isRunning = false));
  }

  private async run(isWanted: () => boolean): Promise<void> {
    for (let request = 1; request <= maxRequests && isWanted(); request++) {
      const answer = await this.ask().catch((error: Error) => {
        this.say(4, `the default route: ${error.message}`);
        return "failed" as const;
      });
      if (answer === "here") {
        if (request > 1) this.say(6, "the default route of the private network leads here");
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, this.waitMs));
    }
  }
}

/** True while this node has the address, or takes it. */
export function hasAddress({ owner, self, busy }: State): boolean {
  return busy === "assign" || owner === self;
}

/** True after an event at which the route must be checked: a move of the address to this node, or a read of the owner. */
export function followsRoute(state: State, event: Event, effects: readonly Effect[]): boolean {
  if (effects.some(({ type }) => type === "assign")) return true;
  return (event.type === "owner" || event.type === "assigned") && hasAddress(state);
}
