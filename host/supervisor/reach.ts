import { xcomPort } from "./fence";
import { connectedTo } from "./links";
import { Looks } from "./looks";
import { Sought } from "./sought";
import { isInGroup, type NodeState } from "./view";

/**
 * How long before XCom hears a node again that node may ask to be let in, milliseconds: what passes
 * from this word to its request, and half a second for the places until it counts. Much earlier is
 * too early: the pings of those who do not hear it gather, one a second, and after three of them it
 * takes its own connection to them for broken and closes it, with what it was about to say
 * (`pre_process_incoming_ping` of `xcom_base.cc`, MySQL 9.7).
 */
const aheadMs = { least: 1_300, most: 2_300 };
/**
 * Time between two looks at the connections, milliseconds, of which each takes some of processor
 * time: until all nodes that are away are lost, and then.
 */
const lookMs = { losing: 100, lost: 500 };

/** Which nodes XCom of this member reaches, and hears. */
export class Reach {
  private readonly sought = new Sought();
  private readonly looks = new Looks();
  private there: string[] = [];
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  /** @param nodes names and private addresses of the other database nodes. */
  constructor(
    private readonly nodes: readonly { name: string; privateIp: string }[],
    private readonly connected: () => Promise<string[]> = () => connectedTo(xcomPort),
  ) {}

  /** Looks at the connections to nodes that are away; members that are reached are connected. */
  async look(
    self: NodeState,
    unreachable: readonly string[],
    nowMs: number,
  ): Promise<Pick<NodeState, "sought" | "deafTo">> {
    const names = this.nodes.map(({ name }) => name);
    const isMember = isInGroup(self);
    const away = names.filter((name) => !self.members.includes(name) || unreachable.includes(name));
    await this.find(isMember ? away : [], nowMs);
    const isConnected = (node: string) => !away.includes(node) || this.there.includes(node);
    if (isMember) this.looks.see(names, isConnected, nowMs);
    else this.looks.forget();
    return {
      sought: this.sought.see(self, unreachable, isConnected),
      deafTo: names.filter((name) => this.isDeaf(name, nowMs)),
    };
  }

  private async find(away: readonly string[], nowMs: number): Promise<void> {
    if (away.length === 0) {
      this.there = [];
      this.lookedAtMs = Number.NEGATIVE_INFINITY;
      return;
    }
    const isLosing = away.some((name) => this.there.includes(name));
    if (nowMs - this.lookedAtMs < (isLosing ? lookMs.losing : lookMs.lost)) return;
    this.lookedAtMs = nowMs;
    const addresses = await this.connected();
    const found = this.nodes.filter(({ privateIp }) => addresses.includes(privateIp));
    this.there = found.map(({ name }) => name);
  }

  private isDeaf(node: string, nowMs: number): boolean {
    const inMs = this.looks.inMs(node, nowMs);
    return inMs !== undefined && (inMs < aheadMs.least || inMs > aheadMs.most);
  }
}
