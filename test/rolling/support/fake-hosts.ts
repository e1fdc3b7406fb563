import type { HostNode, Hosts } from "../../../rolling/hosts";
import { plan } from "../../support/tier-args";

/** How a stack is that is not whole. */
export interface Faults {
  /** Nodes that no node in front has in its configuration. */
  unknown?: string[];
  /** Nodes to which no work is sent. */
  down?: string[];
  /** Load balancers with the turn; several hosts may share it. @default none */
  turnOn?: Set<string>;
}

/** The hosts of a stack in memory: they answer what the rolling engine asks, and note what it tells. */
export class FakeHosts implements Hosts {
  readonly nodes: HostNode[] = [...plan.lb, ...plan.web, ...plan.app, ...plan.db];
  /** Commands that changed something, each with its node. */
  readonly told: string[] = [];
  /** Commands about the turn to disturb the stack. */
  readonly turnAsked: string[] = [];
  /** Answer to all of them. @default that of a host without another command */
  turnAnswer = "";
  /** Load balancers with the turn. */
  private readonly turnOn: Set<string>;
  /** Nodes to which no work is sent. */
  readonly down: Set<string>;
  private readonly unknown: Set<string>;
  private readonly silent = new Set<string>();
  private readonly edges = new Map<string, object>();
  private readonly members = new Map<string, object>();
  /** Called with each command that changes something. */
  onCommand: (node: string, command: string) => void = () => undefined;

  constructor({ unknown = [], down = [], turnOn = new Set() }: Faults = {}) {
    this.turnOn = turnOn;
    this.unknown = new Set(unknown);
    this.down = new Set(down);
    this.edge("lb-1", { vrrp: "MASTER", holds: true });
    this.edge("lb-2", { vrrp: "BACKUP" });
    for (const { name } of plan.db) this.member(name, "ONLINE");
  }

  node(name: string): HostNode {
    return this.nodes.find((one) => one.name === name)!;
  }

  /** A host that does not answer any more. */
  silence(name: string): void {
    this.silent.add(name);
  }

  /** A host that answers again. */
  unsilence(name: string): void {
    this.silent.delete(name);
  }

  /** Ends of the certificates of a load balancer by name, ISO time; undefined: none yet. */
  certificates(name: string, ends: Readonly<Record<string, string | undefined>>): void {
    const names = Object.entries(ends).map(([domain, validUntil]) => [domain, { validUntil }]);
    const certificates = { orders: true, names: Object.fromEntries(names) as object };
    this.edges.set(name, { ...this.edges.get(name), certificates });
  }

  edge(name: string, mover: object, healthy = true): void {
    const rest = { vrrpSince: "10:00", watching: false, recentMoves: 0, apiFailures: 0 };
    this.edges.set(name, { healthy, draining: false, mover: { holds: false, ...rest, ...mover } });
  }

  member(name: string, state: string, own: object = {}): void {
    const role = name === "db-1" ? "PRIMARY" : "SECONDARY";
    const rest = { ready: true, majority: true, gtid: "", lastView: null, waiting: "" };
    this.members.set(name, { member: { state, role }, ...rest, ...own });
  }

  async run(node: string, command: string): Promise<string> {
    if (this.silent.has(node)) throw new Error(`${node} cannot be reached`);
    if (command.includes("8404/;csv")) return this.csv(node.split("-")[0]!);
    if (command.endsWith("edge.js status")) return JSON.stringify(this.edges.get(node));
    if (command.includes("http://supervisor/state")) return JSON.stringify(this.members.get(node));
    if (command === "true") return "";
    if (command.includes("/run/webstack-turn")) {
      this.turnAsked.push(command);
      if (this.turnAnswer !== "") return this.turnAnswer;
      const isKept = this.turnOn.delete(node) && !command.includes("&& rm ");
      if (!command.includes("&& rm ")) this.turnOn.add(node);
      return isKept ? "kept\n" : "";
    }
    if (command.includes("innodb_buffer_pool_size")) return "1536\n";
    this.told.push(`${node} ${command}`);
    this.onCommand(node, command);
    return "";
  }

  private csv(role: string): string {
    const [proxies, tier] = {
      lb: [["web"], "web"],
      web: [["app"], "app"],
      app: [["primary", "replicas"], "db"],
    }[role] as [string[], string];
    const servers = this.nodes.filter((one) => one.role === tier && !this.unknown.has(one.name));
    const rows = proxies.flatMap((proxy) =>
      servers.map(({ name }) => {
        const hasRole =
          proxy === "web" || proxy === "app" || (proxy === "primary") === (name === "db-1");
        const isUp = hasRole && !this.down.has(name) && !this.silent.has(name);
        return `${proxy},${name},${isUp ? "UP" : "DOWN"}`;
      }),
    );
    return ["# pxname,svname,status", ...rows, ""].join("\n");
  }
}
