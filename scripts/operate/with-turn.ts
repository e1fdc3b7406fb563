import { hostname, userInfo } from "node:os";
import { StackTurn } from "../../rolling/stack-turn";
import { hostsOf } from "./hosts";
import type { StackOutputs } from "./outputs";

/**
 * Does `work` with the turn to disturb a stack, which no other command has meanwhile.
 *
 * @param outputs the present outputs; `work` may replace load balancers.
 * @param command for the message to another command, such as `npm run patch`.
 * @throws TurnTaken if another command has the turn.
 */
export async function withTurn<T>(
  outputs: () => StackOutputs,
  command: string,
  work: (turn: Pick<StackTurn, "renew">) => Promise<T>,
): Promise<T> {
  const who = `${command} of ${userInfo().username} at ${hostname()}`;
  const turn = await StackTurn.take(() => hostsOf(outputs()), who);
  try {
    return await work(turn);
  } finally {
    await turn.release();
  }
}
