import type { SimulatedNode } from "./node";
import { listOf } from "./network";
import { happens } from "./faults";

/** What a change of the list of nodes does to the nodes. */
export interface ResizeHooks {
  nowMs: () => number;
  /** True for a node that the `up` reaches. */
  reached: (node: SimulatedNode) => boolean;
  restart: (node: SimulatedNode) => void;
  /** Has the primary's role go to a node of the list if another node, or the one that restarts, has it. */
  aside: (list: readonly string[], restarting?: SimulatedNode) => void;
  /** Cuts the network in two, one side of which has these nodes, or makes it whole. */
  split: (side: readonly SimulatedNode[] | undefined) => void;
  /** Stops a node for good. */
  remove: (node: SimulatedNode) => void;
  /** True if the nodes outside of the list are no longer needed, as the health of the last restarted node tells. */
  mayRemove: (list: readonly string[]) => boolean;
}

/**
 * `up` after changes of the number of nodes: creates new nodes, restarts the supervisors with the new list one after the
 * other, then removes nodes. It fails now and then; the operator runs it again or takes the change back.
 */
export class SimulatedResize {
  /** The list that the operator configured last. */
  wanted: readonly string[];
  /** How many changes of the number were begun. */
  begun = 0;
  private running = false;

  constructor(
    private readonly nodes: readonly SimulatedNode[],
    private readonly sizes: readonly number[],
    size: number,
    private readonly next: () => number,
    private readonly hooks: ResizeHooks,
  ) {
    this.wanted = listOf(size);
    for (const node of nodes) {
      node.list = this.wanted;
      if (!this.wanted.includes(node.name)) this.hooks.remove(node);
    }
  }

  /** True if every node has the list, and no other node is left. */
  isDone(): boolean {
    return this.queue().length === 0 && this.leaving().length === 0 && this.missing().length === 0;
  }

  private queue(): SimulatedNode[] {
    return this.present().filter(({ list }) => list !== this.wanted);
  }

  private leaving(): SimulatedNode[] {
    return this.nodes.filter(({ absent, name }) => !absent && !this.wanted.includes(name));
  }

  private missing(): SimulatedNode[] {
    return this.nodes.filter(({ absent, name }) => absent && this.wanted.includes(name));
  }

  private present(): SimulatedNode[] {
    return this.nodes.filter(({ absent, name }) => !absent && this.wanted.includes(name));
  }

  /** One step of time, with failures or without. */
  tick(faults: boolean): void {
    if (faults && happens(this.next, 0.005)) this.split();
    if (!faults || happens(this.next, 0.05)) this.hooks.split(undefined);
    if (!this.running) {
      if (faults ? happens(this.next, 0.05) : !this.isDone()) this.begin(faults);
      return;
    }
    if (!happens(this.next, 0.4)) return;
    if (faults && this.next() < 0.15) this.fail();
    else this.step(faults);
  }

  /** Often what ends the `up` parts the nodes too. */
  private fail(): void {
    this.running = false;
    if (this.next() < 0.5) this.split();
  }

  /** Of lists that differ, the nodes of each can be on a side of their own. */
  private split(): void {
    const isByList = this.next() < 0.7;
    const isThere = ({ list }: SimulatedNode) =>
      isByList ? list === this.wanted : this.next() < 0.5;
    this.hooks.split(this.nodes.filter(isThere));
  }

  private begin(faults: boolean): void {
    const isChanged = faults && (this.isDone() || this.next() < 0.3);
    if (isChanged) {
      const others = this.sizes.filter((size) => size !== this.wanted.length);
      this.wanted = listOf(others[Math.floor(this.next() * others.length)]!);
      this.begun += 1;
    }
    this.running = true;
    for (const node of this.missing()) {
      node.list = this.wanted;
      node.loseDisk(true);
      node.absent = false;
      node.powerOn(this.hooks.nowMs(), this.hooks.nowMs() + 2_000);
    }
  }

  /** The operator sets the number of nodes as it was. */
  takeBack(): void {
    if (this.leaving().length > 0) this.wanted = listOf(Math.max(...this.sizes));
  }

  private step(faults: boolean): void {
    const [node] = this.queue();
    const [leaving] = this.leaving();
    if (node) {
      if (this.hooks.reached(node)) {
        this.hooks.aside(this.wanted, node);
        node.list = this.wanted;
        this.hooks.restart(node);
      } else if (faults && this.next() < 0.5) this.running = false;
    } else if (leaving) {
      this.hooks.aside(this.wanted);
      if (this.hooks.mayRemove(this.wanted)) this.hooks.remove(leaving);
    } else this.running = false;
  }
}
