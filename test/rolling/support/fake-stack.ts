import type { Cloud, CloudServer } from "../../../rolling/cloud";
import { Resizing } from "../../../rolling/resize";
import { Turns } from "../../../rolling/turns";
import { FakeHosts, type Faults } from "./fake-hosts";

/** Time that the fake cloud takes to change a type, milliseconds. */
export const changeMs = 60_000;

/** A stack in memory whose servers are resized as the engine does it: all at once. */
export class FakeStack {
  readonly hosts: FakeHosts;
  readonly servers: CloudServer[];
  readonly turns = new Turns();
  readonly lines: string[] = [];
  /** What happened to machines and to work, in order. */
  readonly log: string[] = [];
  /** Nodes without work or power now, and the most there were at a time. */
  private readonly away = new Set<string>();
  mostAway = 0;
  /** Servers that the cloud cannot change, and those that do not come back healthy. */
  readonly refuses = new Set<string>();
  readonly sick = new Set<string>();
  readonly resizing: Resizing;

  constructor(faults: Faults = {}, allowed: readonly string[] = [], passedOn?: string) {
    this.hosts = new FakeHosts(faults);
    this.servers = this.hosts.nodes.map(({ name }, i) => ({
      ...{ id: i + 1, name, status: "running", type: "cpx22", publicIp: `203.0.113.${i + 1}` },
    }));
    this.hosts.onCommand = (node, command) => this.onCommand(node, command);
    const cloud: Cloud = {
      servers: async () => this.servers.map((server) => ({ ...server })),
      type: async () => undefined,
      powerOn: async (id) => this.power(this.servers[id - 1]!.name, true),
    };
    this.resizing = new Resizing({
      ...{ cloud, turns: this.turns, hosts: async () => this.hosts, passedOn },
      say: (line) => void this.lines.push(line),
      allowsOutage: ({ name, role }) => allowed.includes(name) || allowed.includes(role),
    });
  }

  server(name: string): CloudServer {
    return this.servers.find((one) => one.name === name)!;
  }

  power(name: string, isOn: boolean): void {
    this.log.push(`${name} ${isOn ? "on" : "off"}`);
    this.server(name).status = isOn ? "running" : "off";
    if (!isOn) this.hosts.silence(name);
    else this.hosts.unsilence(name);
    if (isOn && !this.sick.has(name)) this.hosts.down.delete(name);
    this.count(name, !isOn || this.sick.has(name));
  }

  /** One update of a server by the engine, with its hooks; rejects as the step would. */
  async update(name: string, to: string): Promise<void> {
    const node = this.hosts.node(name);
    const change = { from: this.server(name).type, to };
    await this.resizing.begin(node, change);
    this.power(name, false);
    await new Promise((later) => setTimeout(later, changeMs));
    if (this.refuses.has(name)) {
      const reason = `${to} is sold out`;
      await this.resizing.fail(node, reason);
      throw new Error(reason);
    }
    this.server(name).type = to;
    this.power(name, true);
    await this.resizing.end(node, change);
  }

  private onCommand(node: string, command: string): void {
    const [, unit] = /systemctl stop '?(nginx|app@\*|mysql)/.exec(command) ?? [];
    if (unit) {
      this.log.push(`${node} without work`);
      this.hosts.down.add(node);
      this.count(node, true);
    }
    if (command.endsWith("edge.js take")) this.moveTo(node);
    if (command.endsWith("systemctl start multi-user.target timers.target")) {
      this.log.push(`${node} with work`);
      this.hosts.down.delete(node);
      this.count(node, false);
    }
  }

  private moveTo(node: string): void {
    this.log.push(`address to ${node}`);
    for (const { name } of this.hosts.nodes.filter(({ role }) => role === "lb")) {
      const isHolder = name === node;
      this.hosts.edge(name, { vrrp: isHolder ? "MASTER" : "BACKUP", holds: isHolder });
    }
  }

  private count(name: string, isAway: boolean): void {
    if (isAway) this.away.add(name);
    else this.away.delete(name);
    this.mostAway = Math.max(this.mostAway, this.away.size);
  }
}
