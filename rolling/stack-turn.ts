import { randomUUID } from "node:crypto";
import { loadBalancers } from "./edge";
import type { Hosts } from "./hosts";

/** Time for which a turn holds without a renewal, seconds: the longest wait after a command that was killed. */
export const leaseSeconds = 180;
/** Time between two renewals, milliseconds. */
const renewMs = 60_000;
const path = "/run/webstack-turn";

/** The turn of another command. */
export class TurnTaken extends Error {}

/**
 * The turn to disturb a stack, for one command on one machine. A file on each load balancer records it, in memory,
 * with an end by the host's own monotonic clock. A load balancer that reboots forgets the turn; the other one does
 * not.
 */
export class StackTurn {
  private readonly id = randomUUID();
  private readonly renewal: NodeJS.Timeout;

  private constructor(
    private readonly hosts: () => Hosts,
    private readonly who: string,
  ) {
    this.renewal = setInterval(() => void this.renew().catch(() => undefined), renewMs);
    this.renewal.unref();
  }

  /**
   * Takes the turn.
   *
   * @param hosts the present hosts, which a command may replace.
   * @param who name for the message to another command, such as `npm run patch of ann at desk`.
   * @throws TurnTaken if another command has the turn.
   * @throws Error if no load balancer answers.
   */
  static async take(hosts: () => Hosts, who: string): Promise<StackTurn> {
    const turn = new StackTurn(hosts, who.replace(/[^\w@.:-]+/g, " "));
    try {
      await turn.renew();
      return turn;
    } catch (error) {
      await turn.release();
      throw error;
    }
  }

  /**
   * Makes sure that this command still has the turn, for three minutes from now on. A load balancer that does not
   * answer is left out, as long as another one answers.
   *
   * @throws TurnTaken if another command has the turn.
   */
  async renew(): Promise<void> {
    let answers = 0;
    const hosts = this.hosts();
    for (const name of loadBalancers(hosts)) {
      const answer = await hosts.run(name, this.command()).catch(() => undefined);
      if (answer === undefined) continue;
      answers++;
      const [, holder] = /^held by (.*)$/m.exec(answer) ?? [];
      if (holder !== undefined) throw new TurnTaken(taken(holder));
    }
    if (answers === 0) throw new Error("no load balancer answers, so the turn cannot be taken");
  }

  /** Gives the turn back. A load balancer that does not answer forgets it after three minutes. Never throws. */
  async release(): Promise<void> {
    clearInterval(this.renewal);
    await this.forget().catch(() => undefined);
  }

  private async forget(): Promise<void> {
    const command = `sudo flock ${path}.lock sh -c 'grep -qs " ${this.id} " ${path} && rm ${path}; true'`;
    const hosts = this.hosts();
    const all = loadBalancers(hosts).map((name) => hosts.run(name, command));
    await Promise.allSettled(all);
  }

  private command(): string {
    const script =
      "now=$(cut -d. -f1 /proc/uptime); " +
      `read -r until id who 2>/dev/null < ${path} || until=0; ` +
      `if [ "$until" -gt "$now" ] && [ "$id" != ${this.id} ]; then echo "held by $who"; exit; fi; ` +
      `echo "$((now + ${leaseSeconds})) ${this.id} ${this.who}" > ${path}`;
    return `sudo flock ${path}.lock sh -c '${script}'`;
  }
}

function taken(holder: string): string {
  return (
    `another command disturbs the stack now (${holder}), or was killed less than ${leaseSeconds / 60} minutes ago; ` +
    "run this one again afterwards"
  );
}
