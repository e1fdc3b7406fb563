/** Named queues of work: each runs one piece of work at a time, and no queue waits for another one. */
export class SerialQueues {
  private readonly busy = new Set<string>();

  /** Begins work in a queue, unless the queue's earlier work still runs. An error of the work ends the program. */
  begin(queue: string, work: () => Promise<void>): void {
    if (this.busy.has(queue)) return;
    this.busy.add(queue);
    void work().finally(() => this.busy.delete(queue));
  }
}
