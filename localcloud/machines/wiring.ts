import { attempt, command } from "./command";
import type { MachineNetwork, PrivateNic, PublicNic } from "./driver";
import { publicPort, type CloudNames } from "./names";
import { changeAliases, isSameInterface, plugPrivate, plugPublic } from "./plugging";
import { makeNetwork, routeAsker, setRoutes } from "./private-network";
import type { MachineRecord, MachineRecords } from "./records";
import { removeNamespace } from "./router";
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
      for (const nic of Object.values(privateNics)) await this.plugPrivate(pid, id, nic);
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

  /** A host without a public interface asks for its metadata in the first of its networks. */
  private async plugPrivate(pid: number, id: number, nic: PrivateNic): Promise<void> {
    const { publicNic, privateNics } = this.records.get(id);
    const numbers = Object.values(privateNics).map(({ interfaceNumber }) => interfaceNumber);
    const asksHere = !publicNic && nic.interfaceNumber === Math.min(...numbers);
    if (asksHere) await routeAsker(this.names, nic.networkId, id);
    await plugPrivate(this.names.network(nic.networkId), pid, id, nic, asksHere);
  }

  /** Plugs a private interface; `before`: as it was plugged before, with other addresses. */
  async plug(id: number, nic: PrivateNic, before: PrivateNic | undefined): Promise<void> {
    const pid = await this.pid(id);
    const stays =
      before && isSameInterface(before, nic) && (await this.isPlugged(id, nic.networkId));
    await this.inTurn(async () => {
      if (pid === undefined) return;
      if (stays) {
        const network = this.names.network(nic.networkId);
        return changeAliases(network, id, before.aliasIps, nic.aliasIps);
      }
      if (before) await this.unplugPrivate(id, nic.networkId);
      await this.plugPrivate(pid, id, nic);
    });
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
    await this.inTurn(() => makeNetwork(this.names, network));
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
    // A host without a public interface gets nothing there.
    const isThere = serverId !== undefined && this.records.find(serverId)?.publicNic !== undefined;
    if (isThere && (await this.pid(serverId)) !== undefined)
      await command("ip", [...base, target, "dev", publicPort(serverId)]);
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

  /** Loads the rules of a private network, and sets its routes. */
  async pushPrivateRules(networkId: number): Promise<void> {
    const routes = this.networks.get(networkId)?.routes ?? [];
    const namespace = this.names.network(networkId);
    const servers = this.records.all().flatMap(({ spec, privateNics }) => {
      const nic = privateNics[networkId];
      if (!nic) return [];
      const own = routes.filter(({ gateway }) => [nic.ip, ...nic.aliasIps].includes(gateway));
      return [{ id: spec.id, nic, own, routed: own.map(({ destination }) => destination) }];
    });
    const owned = routes.map((route) => {
      const serverId = servers.find(({ own }) => own.includes(route))?.id;
      return { ...route, serverId };
    });
    await this.load(namespace, privateRuleset(servers));
    await this.inTurn(() => setRoutes(namespace, owned));
  }

  private load(namespace: string, ruleset: string): Promise<void> {
    return this.inTurn(async () => {
      await command("ip", ["netns", "exec", namespace, "nft", "-f", "-"], { input: ruleset });
    });
  }
}
