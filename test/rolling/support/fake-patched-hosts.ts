import type { HostNode } from "../../../rolling/hosts";
import {
  askPending,
  askReboot,
  askRebooted,
  askUpgrade,
  askUpgradeLog,
  markReboot,
} from "../../../rolling/os-updates";
import type { PatchDependencies } from "../../../rolling/patching";
import { FakeHosts, type Faults } from "./fake-hosts";

/** Time of a reboot, milliseconds. */
const rebootMs = 20_000;
const health = /127\.0\.0\.1:80\/|readyz|supervisor\/health/;

/** The hosts of a stack in memory, whose packages can be upgraded. */
export class FakePatchedHosts extends FakeHosts {
  /** What happened to nodes, in order. */
  readonly log: string[] = [];
  readonly lines: string[] = [];
  /** What apt would change, by node; a node that is not listed has nothing to upgrade. */
  readonly pending = new Map<string, string>();
  /** Reasons for a reboot after the upgrade, by node. */
  readonly reasons = new Map<string, string>();
  /** Nodes whose upgrade fails, and those that do not come back from a reboot. */
  readonly broken = new Set<string>();
  readonly lost = new Set<string>();
  /** End of the upgrade that an earlier run began, by node, milliseconds of the clock. */
  readonly busyUntil = new Map<string, number>();
  /** Nodes without work now, and the most there were at a time. */
  private readonly away = new Set<string>();
  mostAway = 0;
  private readonly marked = new Set<string>();

  constructor(faults: Faults = {}) {
    super(faults);
    this.onCommand = (node, command) => this.follow(node, command);
  }

  world(different: Partial<PatchDependencies> = {}): PatchDependencies {
    return {
      ...{ hosts: this, rebootsAlways: false, allowsOutage: false, keepTurn: async () => true },
      say: (line) => void this.lines.push(line),
      reboot: (node) => this.reboot(node),
      ...different,
    };
  }

  override async run(node: string, command: string): Promise<string> {
    const answer = await this.answer(node, command);
    return answer ?? super.run(node, command);
  }

  private async answer(node: string, command: string): Promise<string | undefined> {
    // A host that does not answer is the other class's matter.
    await super.run(node, "true");
    if (health.test(command)) {
      if (this.down.has(node)) throw new Error("unhealthy");
      return "";
    }
    if (command === askPending) return this.pending.get(node) ?? "";
    if (command === askReboot) return this.reasons.get(node) ?? "";
    if (command === askUpgrade && Date.now() < (this.busyUntil.get(node) ?? 0)) return "active\n";
    if (command === askUpgrade) return this.broken.has(node) ? "failed\n" : "inactive\ndone\n";
    if (command === askUpgradeLog)
      return "E: Sub-process /usr/bin/dpkg returned an error code (1)\n";
    if (command === markReboot) {
      this.marked.add(node);
      return "";
    }
    if (command === askRebooted) {
      if (this.marked.has(node)) throw new Error("not yet");
      return "";
    }
    return undefined;
  }

  private async reboot({ name }: HostNode): Promise<void> {
    this.log.push(`${name} reboots`);
    this.silence(name);
    this.count(name, true);
    if (this.lost.has(name)) return;
    setTimeout(() => {
      this.unsilence(name);
      this.marked.delete(name);
      this.reasons.delete(name);
      this.back(name);
    }, rebootMs);
  }

  private follow(node: string, command: string): void {
    if (/systemctl stop '?(nginx|app@\*|mysql)/.test(command)) {
      if (!this.away.has(node)) this.log.push(`${node} drained`);
      this.down.add(node);
      this.count(node, true);
    }
    if (command.includes("--unit=webstack-patch ")) {
      this.log.push(`${node} upgraded`);
      if (!this.broken.has(node)) this.pending.delete(node);
    }
    if (command.endsWith("edge.js take")) {
      this.log.push(`address to ${node}`);
      for (const { name } of this.nodes.filter(({ role }) => role === "lb")) {
        this.edge(name, { vrrp: name === node ? "MASTER" : "BACKUP", holds: name === node });
      }
    }
    if (command.endsWith("systemctl start multi-user.target timers.target")) {
      this.log.push(`${node} back`);
      this.back(node);
    }
  }

  /** A node that is in service again, by a command or by itself. */
  back(name: string): void {
    this.down.delete(name);
    this.count(name, false);
  }

  private count(name: string, isAway: boolean): void {
    if (isAway) this.away.add(name);
    else this.away.delete(name);
    this.mostAway = Math.max(this.mostAway, this.away.size);
  }
}
