import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { loadBalancers } from "./edge";
import type { Hosts } from "./hosts";

/** Time for which a turn holds without a renewal, seconds: the longest wait after a command that was killed. */
export const leaseSeconds = 180;
/** Time between two renewals, milliseconds. */
const renewMs = 60_000;
/** Longest wait for a load balancer that another command holds to be free, milliseconds: longer than a lease. */
const contestMs = (leaseSeconds + 15) * 1_000;
/** Time between two looks during that wait, milliseconds. */
const lookMs = 5_000;
const path = "/run/webstack-turn";

/** The turn of another command. */
export class TurnTaken extends Error {}

/**
 * The turn to disturb a stack, for one command on one machine. A file on each load balancer records it, in memory,
 * with an end by the host's own monotonic clock. A load balancer that reboots forgets the turn; the other one does
 * not.
 */
export class StackTurn {
  /** Number of the turn, which a command may pass on to another one that it runs. */
  readonly id: string;
  private readonly renewal: NodeJS.Timeout;
  private isTaken: boolean;
  /** True if the turn held nowhere for a time since the last {@link renew}; nobody else has it now. */
  private hasLapsed = false;
  /** Set once another command has the turn; it may have disturbed the stack, so the turn is not taken again. */
  private lost: TurnTaken | undefined;
  /** The timer's last renewal. */
  private ticked: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly hosts: () => Hosts | Promise<Hosts>,
    private readonly who: string,
    private readonly passedOn: string | undefined,
  ) {
    this.id = passedOn ?? randomUUID();
    this.isTaken = passedOn !== undefined;
    const tick = () => (this.ticked = this.round().catch(() => undefined));
    this.renewal = setInterval(() => void tick(), renewMs);
    this.renewal.unref();
  }

  /**
   * Takes the turn.
   *
   * @param hosts the present hosts, which a command may replace.
   * @param who name for the message to another command, such as `npm run patch of ann at desk`.
   * @param passedOn id of the turn of the command that runs this one; that command gives the turn back. @default none
   * @throws TurnTaken if another command has the turn.
   * @throws Error if no load balancer answers.
   */
  static async take(
    hosts: () => Hosts | Promise<Hosts>,
    who: string,
    passedOn?: string,
  ): Promise<StackTurn> {
    const turn = new StackTurn(hosts, who.replace(/[^\w@.:-]+/g, " "), passedOn);
    try {
      await turn.round();
      turn.isTaken = true;
      return turn;
    } catch (error) {
      await turn.release();
      throw error;
    }
  }

  /**
   * Makes sure that this command still has the turn, for three minutes from now on. A load balancer that does not
   * answer is left out, as long as another one answers. If another command holds one load balancer only, it may have
   * been killed between its two writes: its hold is waited for.
   *
   * @returns true if the turn held all the while since the last call. False: it ended, for example while the machine
   * slept, and other commands may have come and gone; what was checked and done before must be checked and done again.
   * @throws TurnTaken if another command has the turn, or had it at a renewal by the timer.
   * @throws Error if no load balancer answers.
   */
  async renew(): Promise<boolean> {
    const end = Date.now() + contestMs;
    for (;;) {
      const holder = await this.round();
      if (holder === undefined) break;
      if (Date.now() >= end) throw this.loseTo(holder);
      await pause(lookMs);
    }
    const held = !this.hasLapsed;
    this.hasLapsed = false;
    return held;
  }

  /**
   * Renews the turn on each load balancer; resolves with the command that holds one of several, if there is one.
   *
   * @throws TurnTaken if this command's own turn holds on no load balancer, and another one's does.
   * @throws Error if no load balancer answers.
   */
  private async round(): Promise<string | undefined> {
    if (this.lost) throw this.lost;
    const hosts = await this.hosts();
    const answers: string[] = [];
    let holder: string | undefined;
    for (const name of loadBalancers(hosts)) {
      const answer = await hosts.run(name, this.command()).catch(() => undefined);
      if (answer === undefined) continue;
      answers.push(answer);
      holder ??= /^held by (.*)$/m.exec(answer)?.[1];
      // Of two commands that begin at the same time, the one that is second here takes nothing away from the first.
      if (holder !== undefined && !this.isTaken) break;
    }
    if (answers.length === 0) {
      throw new Error("no load balancer answers, so the turn cannot be taken");
    }
    const isKept = answers.some((answer) => /^kept$/m.test(answer));
    if (holder !== undefined && !isKept) throw this.loseTo(holder);
    if (this.isTaken && !isKept) this.hasLapsed = true;
    return holder;
  }

  private loseTo(holder: string): TurnTaken {
    return (this.lost = new TurnTaken(taken(holder)));
  }

  /** Gives the turn back. A load balancer that does not answer forgets it after three minutes. Never throws. */
  async release(): Promise<void> {
    clearInterval(this.renewal);
    // A renewal under way would write the turn again.
    await this.ticked;
    if (this.passedOn === undefined) await this.forget().catch(() => undefined);
  }

  private async forget(): Promise<void> {
    const command = `sudo flock ${path}.lock sh -c 'grep -qs " ${this.id} " ${path} && rm ${path}; true'`;
    const hosts = await this.hosts();
    const all = loadBalancers(hosts).map((name) => hosts.run(name, command));
    await Promise.allSettled(all);
  }

  private command(): string {
    const script =
      "now=$(cut -d. -f1 /proc/uptime); " +
      `read -r until id who 2>/dev/null < ${path} || until=0; ` +
      `if [ "$until" -gt "$now" ]; then [ "$id" = ${this.id} ] || { echo "held by $who"; exit; }; echo kept; fi; ` +
      `echo "$((now + ${leaseSeconds})) ${this.id} ${this.who}" > ${path}`;
    return `sudo flock ${path}.lock sh -c '${script}'`;
  }
}

/** Name of a command for the message to another one, such as `npm run patch of ann at desk`. */
export function holderName(command: string): string {
  return `${command} of ${userName()} at ${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number without a name.
    return "someone";
  }
}

function taken(holder: string): string {
  return (
    `another command disturbs the stack now (${holder}), or was killed less than ${leaseSeconds / 60} minutes ago; ` +
    "run this one again afterwards"
  );
}
