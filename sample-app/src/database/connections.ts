import type { Clock } from "../clock";
import type { OpenSession, Session } from "./session";
import { Slots } from "./slots";

/** Arguments of {@link Connections}. */
export interface ConnectionsArgs {
  /** Opens a new connection. */
  open: () => Promise<OpenSession>;
  /** Most connections in use at the same time, such as 10. */
  size: number;
  /**
   * Connections kept at least: as long as there are fewer, a new one is opened although another one
   * is idle. With two, a process reads from two replicas even when it has little to do.
   */
  spread: number;
  /** Age at which a connection is not used again, so that load returns to a server that was away. */
  maxAgeMs: number;
  clock: Clock;
}

interface Pooled {
  session: OpenSession;
  openedAt: number;
}

/**
 * The process's connections to one database address. A connection on which anything failed is
 * thrown away, never used again: after a change of primary it would lead to the wrong server.
 */
export class Connections {
  readonly #args: ConnectionsArgs;
  readonly #slots: Slots;
  readonly #idle: Pooled[] = [];
  readonly #busy = new Set<OpenSession>();

  constructor(args: ConnectionsArgs) {
    this.#args = args;
    this.#slots = new Slots(args.size);
  }

  /**
   * Runs `work` with a connection of its own.
   *
   * @throws NoSlotError if none became free within `waitMs`; otherwise what `open` or `work` throws.
   */
  async use<T>(waitMs: number, work: (session: Session) => Promise<T>): Promise<T> {
    await this.#slots.take(waitMs);
    try {
      const pooled = this.#reuse() ?? (await this.#open());
      return await this.#run(pooled, work);
    } finally {
      this.#slots.release();
    }
  }

  /** Cuts every connection, also those in use. */
  close(): void {
    for (const { session } of this.#idle.splice(0)) session.destroy();
    for (const session of this.#busy) session.destroy();
  }

  async #run<T>(pooled: Pooled, work: (session: Session) => Promise<T>): Promise<T> {
    const { session } = pooled;
    this.#busy.add(session);
    try {
      const value = await work(session);
      this.#idle.push(pooled);
      return value;
    } catch (error) {
      session.destroy();
      throw error;
    } finally {
      this.#busy.delete(session);
    }
  }

  #reuse(): Pooled | undefined {
    while (this.#idle.length + this.#busy.size >= this.#args.spread) {
      const oldest = this.#idle.shift();
      if (oldest === undefined) return undefined;
      if (this.#args.clock.now() - oldest.openedAt < this.#args.maxAgeMs) return oldest;
      oldest.session.destroy();
    }
    return undefined;
  }

  async #open(): Promise<Pooled> {
    try {
      const session = await this.#args.open();
      const pooled = { session, openedAt: this.#args.clock.now() };
      session.onLost(() => this.#forget(pooled));
      return pooled;
    } catch (error) {
      const other = this.#idle.shift();
      if (other === undefined) throw error;
      return other;
    }
  }

  #forget(pooled: Pooled): void {
    const at = this.#idle.indexOf(pooled);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    pooled.session.destroy();
  }
}
