import { attempt, command } from "./command";
import type { MachineNetwork, PrivateNic, PublicNic } from "./driver";
import { publicPort, type CloudNames } from "./names";
import { plugPrivate, plugPublic } from "./plugging";
import type { MachineRecord, MachineRecords } from "./records";
import { makeNetwork, removeNamespace } from "./router";
import { privateRuleset, publicRuleset } from "./rulesets";

/** Interfaces, routes and rules of the machines, as their records and the cloud's networks say. */
export class Wiring {
  private readonly networks = new Map<number, MachineNetwork>();
  private readonly floatingIps = new Map<string, number | undefined>();
  /** Changes of the router happen one after the other. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @param pid process of a running machine, or undefined. */
  constructor(
    private readonly names: CloudNames,
    private readonly records: MachineRecords,
    private readonly pid: (id: number) => Promise<number | undefined>,
  ) {}

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Resolves when no change is under way. */
  async settled(): Promise<void> {
    await this.turn;
  }

  /** Plugs everything of a machine that has just started. */
  async plugAll(id: number, pid: number): Promise<void> {
    const { publicNic, privateNics } = this.records.get(id);
    await this.inTurn(async () => {
      if (publicNic) await plugPublic(this.names.router, pid, id, publicNic);
      for (const [ip, owner] of this.floatingIps) {
        if (owner === id) await this.routeFloating(ip, id);
      }
      for (const nic of Object.values(privateNics)) {
        await plugPrivate(this.names.network(nic.networkId), pid, id, nic);
      }
    });
    await this.pushPublicRules();
    for (const { networkId } of Object.values(privateNics)) await this.pushPrivateRules(networkId);
  }

  /** Drops the rules of a machine whose record is gone. */
  async unplugAll(record: MachineRecord | undefined): Promise<void> {
    await this.pushPublicRules();
    for (const { networkId } of Object.values(record?.privateNics ?? {})) {
      await this.pushPrivateRules(networkId);
    }
  }

  /** Plugs a private interface; `isNew` false: it was plugged with other addresses before. */
  async plug(id: number, nic: PrivateNic, isNew: boolean): Promise<void> {
    const pid = await this.pid(id);
    await this.inTurn(async () => {
      if (!isNew) await this.unplugPrivate(id, nic.networkId);
      if (pid !== undefined) await plugPrivate(this.names.network(nic.networkId), pid, id, nic);
    });
    const network = this.networks.get(nic.networkId);
    if (network) await makeNetwork(this.names.network(nic.networkId), network);
    await this.pushPrivateRules(nic.networkId);
  }

  /** True if the machine is off, or has its interface in the network. */
  async isPlugged(id: number, networkId: number): Promise<boolean> {
    const namespace = this.names.network(networkId);
    const found = await attempt("ip", ["-n", namespace, "link", "show", `net${id}`]);
    return found !== undefined || (await this.pid(id)) === undefined;
  }

  private async unplugPrivate(id: number, networkId: number): Promise<void> {
    await attempt("ip", ["-n", this.names.network(networkId), "link", "delete", `net${id}`]);
  }

  /** Takes a machine out of a network. */
  async unplug(id: number, networkId: number): Promise<void> {
    await this.inTurn(() => this.unplugPrivate(id, networkId));
    await this.pushPrivateRules(networkId);
  }

  /** Gives a machine another public interface, or none. */
  async replugPublic(id: number, nic: PublicNic | undefined): Promise<void> {
    const pid = await this.pid(id);
    await this.inTurn(async () => {
      await attempt("ip", ["-n", this.names.router, "link", "delete", publicPort(id)]);
      if (pid !== undefined && nic) await plugPublic(this.names.router, pid, id, nic);
    });
    await this.pushPublicRules();
  }

  /** Makes a network, or changes its routes. */
  async setNetwork(network: MachineNetwork): Promise<void> {
    this.networks.set(network.id, network);
    await this.inTurn(() => makeNetwork(this.names.network(network.id), network));
    await this.pushPrivateRules(network.id);
  }

  /** Removes a network. */
  async removeNetwork(id: number): Promise<void> {
    this.networks.delete(id);
    await this.inTurn(() => removeNamespace(this.names.network(id)));
  }

  /** Sends a floating address to a machine, or nowhere. */
  async assignFloatingIp(ip: string, serverId: number | undefined): Promise<void> {
    this.floatingIps.set(ip, serverId);
    // First: a new owner that may not yet answer for the address is asked again only a second later.
    await this.pushPublicRules();
    await this.inTurn(() => this.routeFloating(ip, serverId));
  }

  /** One route that is replaced: the address is never without an owner in between. */
  private async routeFloating(ip: string, serverId: number | undefined): Promise<void> {
    const target = ip.includes("/") ? ip : `${ip}/32`;
    const family = ip.includes(":") ? ["-6"] : [];
    const base = ["-n", this.names.router, ...family, "route", "replace"];
    const running = serverId !== undefined && (await this.pid(serverId)) !== undefined;
    if (running) await command("ip", [...base, target, "dev", publicPort(serverId)]);
    else await command("ip", [...base, "blackhole", target]);
  }

  /** Loads the rules of the public side. */
  pushPublicRules(): Promise<void> {
    const floatingIps = (id: number) =>
      [...this.floatingIps].filter(([, owner]) => owner === id).map(([ip]) => ip);
    const servers = this.records.all().flatMap(({ spec: { id }, publicNic: nic, firewall }) => {
      return nic ? [{ id, nic, floatingIps: floatingIps(id), firewall }] : [];
    });
    return this.load(this.names.router, publicRuleset(servers));
  }

  /** Loads the rules of a private network. */
  pushPrivateRules(networkId: number): Promise<void> {
    const routes = this.networks.get(networkId)?.routes ?? [];
    const servers = this.records.all().flatMap(({ spec, privateNics }) => {
      const nic = privateNics[networkId];
      if (!nic) return [];
      const own = routes.filter(({ gateway }) => gateway === nic.ip);
      return [{ id: spec.id, nic, routed: own.map(({ destination }) => destination) }];
    });
    return this.load(this.names.network(networkId), privateRuleset(servers));
  }

  private load(namespace: string, ruleset: string): Promise<void> {
    return this.inTurn(async () => {
      await command("ip", ["netns", "exec", namespace, "nft", "-f", "-"], { input: ruleset });
    });
  }
}
