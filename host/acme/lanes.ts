/** Work in lanes: one at a time in each lane, and no lane waits for another one. */
export class Lanes {
  private readonly busy = new Set<string>();

  /** Begins work in a lane, unless the lane's earlier work still runs. An error of the work ends the program. */
  begin(lane: string, work: () => Promise<void>): void {
    if (this.busy.has(lane)) return;
    this.busy.add(lane);
    void work().finally(() => this.busy.delete(lane));
  }
}
