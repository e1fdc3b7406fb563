import { randomBytes } from "node:crypto";
import type { Log } from "./engine-log";
import type { Session } from "./session";

/** Longest attempt at a new login, seconds; the host waits 90 s, see `host/converge/login.ts`. */
const tryingSeconds = 75;
/** Longest time until a host rolls back a change that locked out its users, seconds. */
export const lockedOutSeconds = 180;
const undonePath = "/var/lib/webstack/undone.json";

/** Opens a new connection within the given time. */
export type ConnectAgain = (timeoutSeconds: number) => Promise<Session>;

/** Report of a run that rolled back an unconfirmed change. */
interface Undone {
  /** Paths of the login files. */
  files: readonly string[];
  /** What the rollback did not restore, if it failed. */
  notBack?: string | undefined;
}

/**
 * The proof that a login still works after a change of login files: a login over a new connection, which
 * tells the host to keep the change. Without the proof the host rolls the change back.
 */
export class LoginProof {
  /** Name of the run on the host. */
  readonly id = randomBytes(8).toString("hex");
  private begun = false;
  private refusal = "nobody tried to";

  constructor(
    private readonly node: string,
    private readonly log: Log,
  ) {}

  /** Command that tells the host to keep the change. */
  private get keep(): string {
    return `sudo -n touch /run/webstack/confirmed-${this.id}`;
  }

  /** Gives the proof. Never throws: without the proof the run itself reports the failure. */
  async give(connectAgain: ConnectAgain): Promise<void> {
    this.log.status("who can log in has changed: logging in anew");
    try {
      const session = await connectAgain(tryingSeconds);
      try {
        const { status, stderr } = await session.run(this.keep);
        if (status !== 0) throw new Error(`${this.keep}: ${stderr.trim()}`);
      } finally {
        session.close();
      }
    } catch (error) {
      this.refusal = (error as Error).message;
      this.log.info(`the new login failed, the host takes the change back: ${this.refusal}`);
    }
  }

  /**
   * Must be called with each connection before the run: the connection after a lost one is the proof,
   * unless the host has rolled back the change in between.
   *
   * @throws Error if the host has rolled back the change.
   */
  async of(session: Session): Promise<void> {
    if (this.begun) {
      const command = `${this.keep}; sudo -n cat ${undonePath}`;
      const undone = this.undoneIn((await session.run(command)).stdout);
      if (undone) throw new Error(this.failure(undone));
    }
    this.begun = true;
    this.refusal = "the connection was lost, and a new one could not be made in time";
  }

  private undoneIn(text: string): Undone | undefined {
    try {
      const { id, files } = JSON.parse(text) as Undone & { id: string };
      return id === this.id ? { files } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Message for the operator. */
  failure({ files, notBack }: Undone): string {
    const back =
      notBack ??
      "the host put back what was there, by itself; its other files and its services were not touched";
    return [
      `${this.node}: nobody can log in with ${files.join(", ")} as wanted, so the change was not kept`,
      `the new login failed: ${this.refusal}`,
      `${back}; mend what decides who can log in (webstack:admin, network, services/ssh, ` +
        "services/host-firewall) and run `up` again, it goes on from here",
    ].join("\n");
  }
}
