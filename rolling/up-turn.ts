import type { Hosts } from "./hosts";
import { holderName, StackTurn, TurnTaken } from "./stack-turn";

/** Arguments of {@link UpTurn}. */
export interface UpTurnArgs {
  /** The hosts at their present addresses. */
  hosts: () => Promise<Hosts>;
  /** Id of the turn of the command that runs this `up`. @default the `up` takes a turn of its own */
  passedOn?: string | undefined;
  /** Reports progress to the operator. */
  say: (line: string) => void;
}

/**
 * The stack's turn during an `up`. Without a load balancer that answers, the `up` goes on without the turn: it may be
 * what brings the load balancers back.
 */
export class UpTurn {
  private turn: StackTurn | undefined;
  /** A release under way would remove the next turn. */
  private released: Promise<void> = Promise.resolve();

  constructor(private readonly args: UpTurnArgs) {}

  /**
   * Takes the turn, or makes sure that the `up` still has it.
   *
   * @returns false if the turn ended since the last call, see {@link StackTurn.renew}.
   * @throws TurnTaken if another command has the turn.
   */
  async keep(): Promise<boolean> {
    try {
      if (this.turn) return await this.turn.renew();
      await this.released;
      const { hosts, passedOn } = this.args;
      this.turn = await StackTurn.take(hosts, holderName("pulumi up"), passedOn);
    } catch (error) {
      if (error instanceof TurnTaken) throw error;
      this.args.say(`goes on without the turn: ${(error as Error).message}`);
    }
    return true;
  }

  /** Gives the turn back, if there is one. Never throws. */
  release(): Promise<void> {
    const { turn } = this;
    this.turn = undefined;
    if (turn) this.released = turn.release();
    return this.released;
  }
}
