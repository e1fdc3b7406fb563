import { SimulatedNode } from "./node";

/** Names of so many database nodes, as a stack configures them. */
export function listOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `db-${i + 1}`);
}

/** The nodes and the network between them, played. */
export class SimulatedNetwork {
  readonly nodes: readonly SimulatedNode[];
  /** Nodes without a network. */
  protected readonly cut = new Set<SimulatedNode>();
  /** Cut links, as `<from> <to>`: what the first one asks does not come to the second. */
  protected readonly cutLinks = new Set<string>();
  /** One of two sides between which no link works; undefined: the network is whole. */
  protected side: ReadonlySet<SimulatedNode> | undefined;
  protected nowMs = 0;

  /**
   * @param next random numbers from 0 to 1.
   * @param most the largest number of nodes.
   */
  constructor(
    protected readonly next: () => number,
    most: number,
  ) {
    this.nodes = listOf(most).map((name) => new SimulatedNode(name, listOf(most)));
  }

  /** True if what the supervisor of `a` asks comes to that of `b`, with an answer: both must have the other in their list. */
  protected asks(a: SimulatedNode, b: SimulatedNode): boolean {
    return this.connects(a, b) && a.list.includes(b.name) && b.list.includes(a.name);
  }

  /** True if the network carries what `a` asks to `b`, and the answer. */
  private connects(a: SimulatedNode, b: SimulatedNode): boolean {
    if (a === b) return true;
    if (this.side && this.side.has(a) !== this.side.has(b)) return false;
    const isUp = a.powered && b.powered && !this.cut.has(a) && !this.cut.has(b);
    return isUp && !this.cutLinks.has(`${a.name} ${b.name}`);
  }

  /** True if they talk both ways, as members of a group have to. */
  protected reaches(a: SimulatedNode, b: SimulatedNode): boolean {
    return this.connects(a, b) && this.connects(b, a);
  }
}
