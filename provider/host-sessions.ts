import { connect, HostUnreachable, type ConnectArgs } from "./connect";
import type { LogOf } from "./engine-log";
import { firstContact, HostKeyMismatch } from "./host-key";
import type { ConnectionInputs, Inputs } from "./inputs";
import { type ConnectAgain, lockedOutSeconds } from "./login-proof";
import { ConnectionLost, type Session } from "./session";

/** Default wait for a new host, seconds. */
const firstSeconds = 600;
/** Default wait for a host with an earlier connection, seconds: as long as a reboot may take. */
const laterSeconds = 120;
/** Number of attempts at an operation that loses its connection. Every operation may be repeated. */
const tries = 3;

/** A host to connect to. */
export interface SessionHost {
  /** URN of the configuration. */
  urn: string;
  inputs: Inputs;
  /** The host's key, type and Base64 data; undefined at the first connection, which pins the key. */
  pinned: string | undefined;
  /** Longest wait for the first connection, seconds. @default the connection's, or 600 s at the first one and 120 s later */
  patience?: number | undefined;
  /** Longest wait for a connection after a lost one, seconds. @default at least 180 s, until the host rolled a change back */
  patienceAgain?: number | undefined;
}

/** Opens SSH sessions to hosts, for as long as the run is not cancelled. */
export class HostSessions {
  constructor(
    private readonly logOf: LogOf,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Does `work` over a connection, and again over a new connection if it is lost.
   *
   * @throws HostUnreachable if the host gave no answer and no work was begun.
   */
  async to<T>(
    { urn, inputs, pinned: known, patience = Infinity, patienceAgain }: SessionHost,
    work: (session: Session, connectAgain: ConnectAgain) => Promise<T>,
  ): Promise<T> {
    const { connection } = inputs;
    const log = this.logOf(urn);
    const wait = known === undefined ? firstSeconds : laterSeconds;
    const usual = Math.min(connection.connectTimeoutSeconds ?? wait, patience);
    // Within this time a host rolls back a change that locked out its users.
    const again = patienceAgain ?? Math.max(usual, lockedOutSeconds);
    let pinned = known;
    for (let n = 1; ; n++) {
      const target: ConnectArgs = {
        ...{ connection, pinned, timeoutSeconds: n === 1 ? usual : again, urn },
        say: log.info,
        signal: this.signal,
      };
      log.status(`connecting to ${connection.host}`);
      const session = await connect(target).catch((error: Error) => {
        // The work was begun: the host may be in the middle of a change.
        if (n > 1 && error instanceof HostUnreachable) throw new Error(error.message);
        return this.afterRebuild(target, inputs.node, error);
      });
      pinned = session.hostKey;
      try {
        const own = { ...target, pinned };
        return await work(session, (seconds) => connect({ ...own, timeoutSeconds: seconds }));
      } catch (error) {
        this.signal.throwIfAborted();
        if (!(error instanceof ConnectionLost) || n === tries) throw error;
        log.info(`${error.message}; connecting again`);
      } finally {
        session.close();
      }
    }
  }

  /** True if a host can be logged in to now. Nothing is sent to it, so its key is not compared. */
  async isReached(connection: ConnectionInputs, timeoutSeconds: number): Promise<boolean> {
    const target = { connection, pinned: undefined, timeoutSeconds, urn: "" };
    try {
      const session = await connect({ ...target, say: () => undefined, signal: this.signal });
      session.close();
      return true;
    } catch {
      this.signal.throwIfAborted();
      return false;
    }
  }

  /**
   * Connects to a host with another key than the pinned one, if the host proves that it is the same server with
   * an empty disk: only a rebuild with the stack's user data brings the key of the first contact.
   *
   * @throws Error the given one if the host does not prove that.
   */
  private async afterRebuild(target: ConnectArgs, node: string, error: Error): Promise<Session> {
    const { firstContactKey } = target.connection;
    if (!(error instanceof HostKeyMismatch) || firstContactKey === undefined) throw error;
    const log = this.logOf(target.urn);
    const session = await connect({ ...target, pinned: undefined });
    try {
      await firstContact(session, node, firstContactKey, log);
    } catch (unproved) {
      session.close();
      error.message += `; tried: ${(unproved as Error).message}`;
      throw error;
    }
    log.info("the server was rebuilt: its new SSH host key is proved, and pinned");
    return session;
  }
}
