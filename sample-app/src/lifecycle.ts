/** Whether the process wants requests. */
export class Lifecycle {
  #migrated = false;
  #draining = false;

  /** True once {@link drain} was called. */
  get draining(): boolean {
    return this.#draining;
  }

  /**
   * Why no requests are wanted; undefined = they are. Says nothing about the database: a primary
   * that is being replaced is waited for by each request, and taking every app server out of
   * service for it would turn a pause into an outage.
   */
  get reluctance(): string | undefined {
    if (this.#draining) return "draining";
    return this.#migrated ? undefined : "waiting for the schema";
  }

  /** The schema is there; holds for the rest of the process's life. */
  migrated(): void {
    this.#migrated = true;
  }

  /** The process is about to stop. */
  drain(): void {
    this.#draining = true;
  }
}
