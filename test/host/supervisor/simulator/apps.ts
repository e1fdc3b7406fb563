import { CheckClients } from "../../../../host/supervisor/observation/check-clients";
import type { Decision } from "../../../../host/supervisor/core/decision";
import { betterPrimary, HandOvers } from "../../../../host/supervisor/policy/hand-over";
import type { ReachedPrimary } from "../../../../host/supervisor/policy/override";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import type { SimulatedNode } from "./node";

const addresses = ["10.0.3.11", "10.0.3.12"];

/** Two app nodes that ask the database nodes for their roles, over links that break. */
export class SimulatedApps {
  /** Links that are cut, as `<app> <db>`. */
  private readonly cut = new Set<string>();
  private readonly memory = new Map<
    SimulatedNode,
    { askers: CheckClients; handOvers: HandOvers }
  >();

  /** What a supervisor knows of it, from its last start on. */
  private of(node: SimulatedNode, nowMs: number) {
    const known = this.memory.get(node);
    if (known) return known;
    const fresh = { askers: new CheckClients([], nowMs), handOvers: new HandOvers() };
    this.memory.set(node, fresh);
    return fresh;
  }

  /** A supervisor that was started again knows nothing. */
  forget(node: SimulatedNode): void {
    this.memory.delete(node);
  }

  /** Breaks and mends links: one, or all of a node. */
  break(nodes: readonly SimulatedNode[], chance: (perSecond: number) => boolean): void {
    for (const { name } of nodes) {
      const all = chance(0.02);
      for (const address of addresses) {
        const link = `${address} ${name}`;
        if (this.cut.has(link) ? chance(0.05) : all || chance(0.01)) {
          if (!this.cut.delete(link)) this.cut.add(link);
        }
      }
    }
  }

  heal(): void {
    this.cut.clear();
  }

  /**
   * Every app node asks every database node that it reaches, and says which primaries it reaches.
   *
   * @param served names of the primaries that serve whoever reaches them.
   */
  ask(nodes: readonly SimulatedNode[], served: readonly string[], nowMs: number): void {
    const reaches = (address: string, name: string) => !this.cut.has(`${address} ${name}`);
    for (const node of nodes) {
      if (!node.powered) this.forget(node);
      else {
        const { askers } = this.of(node, nowMs);
        for (const address of addresses.filter((one) => reaches(one, node.name))) {
          const primaries = served.filter((name) => reaches(address, name));
          askers.onCheck(address, primaries, nowMs);
        }
      }
    }
  }

  /** A primary other than the node that an app node says it reaches. */
  otherPrimary(node: SimulatedNode, nowMs: number): ReachedPrimary | undefined {
    return this.of(node, nowMs).askers.otherPrimary(node.name, nowMs);
  }

  /** How long ago each app node asked it. */
  asked(node: SimulatedNode, nowMs: number): Record<string, number> {
    return this.of(node, nowMs).askers.ages(nowMs);
  }

  /** The decision after `made`. */
  next(
    node: SimulatedNode,
    made: Decision,
    self: NodeState,
    peers: NodeState[],
    nowMs: number,
  ): Decision {
    const { askers, handOvers } = this.of(node, nowMs);
    const standing = { listeningMs: askers.listeningMs(nowMs), slowMs: 0 };
    return handOvers.next(made, self, betterPrimary(self, peers, standing), nowMs);
  }
}
