import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { attempt, command } from "./command";
import {
  containerExists,
  containerPid,
  createContainer,
  killContainer,
  removeContainer,
} from "./containers";
import type {
  FirewallRule,
  MachineDriver,
  MachineNetwork,
  MachineSpec,
  MachineVolume,
  PrivateNic,
  PublicNic,
} from "./driver";
import { cloudNames, publicPort } from "./names";
import { plugPrivate, plugPublic } from "./plugging";
import { MachineRecords } from "./records";
import { makeNetwork, makeRouter, removeNamespace } from "./router";
import { privateRuleset, publicRuleset } from "./rulesets";
import { seedFiles } from "./seed";
import * as volumes from "./volumes";

/** Where the driver keeps its memory, and what hosts are booted from. */
export interface DockerDriverOptions {
  /** State directory. */
  state: string;
  /** Docker image of a host. */
  image: string;
}

/** Boots each server as a container with systemd and cloud-init, in a routed network. */
export class DockerDriver implements MachineDriver {
  private readonly state: string;
  private readonly image: string;
  private readonly names: ReturnType<typeof cloudNames>;
  private readonly records: MachineRecords;
  private readonly networks = new Map<number, MachineNetwork>();
  private readonly floatingIps = new Map<string, number | undefined>();
  /** Changes of the router happen one after the other. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor({ state, image }: DockerDriverOptions) {
    this.state = resolve(state);
    this.image = image;
    this.names = cloudNames(this.state);
    this.records = new MachineRecords(this.state);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private pid(id: number): Promise<number | undefined> {
    return containerPid(this.names.container(id));
  }

  async start(): Promise<void> {
    await makeRouter(this.names.router, this.names.link);
    await this.startGateway();
  }

  private async startGateway(): Promise<void> {
    this.stopGateway();
    const log = openSync(join(this.state, "gateway.log"), "a", 0o600);
    const script = join(__dirname, "gateway.ts");
    const program = [process.execPath, "--import", require.resolve("tsx"), script, this.state];
    const child = spawn("ip", ["netns", "exec", this.names.router, ...program], {
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    child.unref();
    writeFileSync(join(this.state, "gateway.pid"), String(child.pid));
  }

  private stopGateway(): void {
    const file = join(this.state, "gateway.pid");
    if (!existsSync(file)) return;
    const pid = Number(readFileSync(file, "utf8"));
    const running = `/proc/${pid}/cmdline`;
    if (existsSync(running) && readFileSync(running, "utf8").includes("gateway.ts"))
      process.kill(pid);
    rmSync(file, { force: true });
  }

  async create(spec: MachineSpec): Promise<void> {
    const { id } = spec;
    const record = this.records.find(id);
    this.records.save({
      ...(record ?? { privateNics: {}, volumes: [] }),
      spec,
      ...(spec.publicNic ? { publicNic: spec.publicNic } : {}),
    });
    if (await containerExists(this.names.container(id))) return;
    const folder = this.records.seedFolder(id);
    const name = this.names.container(id);
    await createContainer(name, this.names.id, this.image, spec, seedFiles(spec), folder);
  }

  async destroy(id: number): Promise<void> {
    await removeContainer(this.names.container(id));
    const record = this.records.find(id);
    this.records.remove(id);
    await this.pushPublicRules();
    for (const nic of Object.values(record?.privateNics ?? {})) {
      await this.pushPrivateRules(nic.networkId);
    }
  }

  async powerOn(id: number): Promise<void> {
    if ((await this.pid(id)) !== undefined) return;
    await command("docker", ["start", this.names.container(id)], { timeoutSeconds: 120 });
    const pid = await this.pid(id);
    if (pid === undefined)
      throw new Error(`machine ${id} ended at once: ${await this.lastWords(id)}`);
    await this.plugAll(id, pid);
  }

  private async lastWords(id: number): Promise<string> {
    return (await attempt("docker", ["logs", "--tail", "20", this.names.container(id)])) ?? "";
  }

  private async plugAll(id: number, pid: number): Promise<void> {
    const record = this.records.get(id);
    await this.inTurn(async () => {
      if (record.publicNic) await plugPublic(this.names.router, pid, id, record.publicNic);
      for (const [ip, owner] of this.floatingIps)
        if (owner === id) await this.routeFloating(ip, id);
      for (const nic of Object.values(record.privateNics)) {
        await plugPrivate(this.names.network(nic.networkId), pid, id, nic);
      }
    });
    await this.pushPublicRules();
    for (const nic of Object.values(record.privateNics)) await this.pushPrivateRules(nic.networkId);
    for (const volume of record.volumes) await volumes.plugVolume(this.state, volume, pid, false);
  }

  powerOff(id: number): Promise<void> {
    return killContainer(this.names.container(id));
  }

  async reset(id: number): Promise<void> {
    await this.powerOff(id);
    await this.powerOn(id);
  }

  async shutdown(id: number): Promise<void> {
    await attempt("docker", ["kill", "--signal", "SIGRTMIN+3", this.names.container(id)]);
  }

  async reboot(id: number): Promise<void> {
    await this.shutdown(id);
    const end = Date.now() + 60_000;
    while ((await this.status(id)) === "running" && Date.now() < end) {
      await new Promise((later) => setTimeout(later, 200));
    }
    await this.reset(id);
  }

  async rebuild(spec: MachineSpec): Promise<void> {
    await removeContainer(this.names.container(spec.id));
    await this.create(spec);
  }

  async status(id: number): Promise<"running" | "off"> {
    return (await this.pid(id)) === undefined ? "off" : "running";
  }

  async attachNetwork(id: number, nic: PrivateNic): Promise<void> {
    const record = this.records.get(id);
    const before = record.privateNics[nic.networkId];
    if (
      before &&
      JSON.stringify(before) === JSON.stringify(nic) &&
      (await this.isPlugged(id, nic))
    ) {
      return this.pushPrivateRules(nic.networkId);
    }
    record.privateNics[nic.networkId] = nic;
    this.records.save(record);
    const pid = await this.pid(id);
    await this.inTurn(async () => {
      if (before) await this.unplugPrivate(id, nic.networkId);
      if (pid !== undefined) await plugPrivate(this.names.network(nic.networkId), pid, id, nic);
    });
    const network = this.networks.get(nic.networkId);
    if (network) await makeNetwork(this.names.network(nic.networkId), network);
    await this.pushPrivateRules(nic.networkId);
  }

  private async isPlugged(id: number, nic: PrivateNic): Promise<boolean> {
    const namespace = this.names.network(nic.networkId);
    const found = await attempt("ip", ["-n", namespace, "link", "show", `net${id}`]);
    return found !== undefined || (await this.pid(id)) === undefined;
  }

  private async unplugPrivate(id: number, networkId: number): Promise<void> {
    await attempt("ip", ["-n", this.names.network(networkId), "link", "delete", `net${id}`]);
  }

  async detachNetwork(id: number, networkId: number): Promise<void> {
    const record = this.records.find(id);
    if (record) {
      delete record.privateNics[networkId];
      this.records.save(record);
    }
    await this.inTurn(() => this.unplugPrivate(id, networkId));
    await this.pushPrivateRules(networkId);
  }

  async setNetwork(network: MachineNetwork): Promise<void> {
    this.networks.set(network.id, network);
    await this.inTurn(() => makeNetwork(this.names.network(network.id), network));
    await this.pushPrivateRules(network.id);
  }

  async removeNetwork(id: number): Promise<void> {
    this.networks.delete(id);
    await this.inTurn(() => removeNamespace(this.names.network(id)));
  }

  async setPublicNic(id: number, nic: PublicNic | undefined): Promise<void> {
    const record = this.records.get(id);
    if (JSON.stringify(record.publicNic) === JSON.stringify(nic)) return;
    if (nic) record.publicNic = nic;
    else delete record.publicNic;
    this.records.save(record);
    const pid = await this.pid(id);
    await this.inTurn(async () => {
      await attempt("ip", ["-n", this.names.router, "link", "delete", publicPort(id)]);
      if (pid !== undefined && nic) await plugPublic(this.names.router, pid, id, nic);
    });
    await this.pushPublicRules();
  }

  async setFirewall(id: number, rules: FirewallRule[] | undefined): Promise<void> {
    const record = this.records.find(id);
    if (!record || JSON.stringify(record.firewall) === JSON.stringify(rules)) return;
    if (rules) record.firewall = rules;
    else delete record.firewall;
    this.records.save(record);
    await this.pushPublicRules();
  }

  async assignFloatingIp(ip: string, serverId: number | undefined): Promise<void> {
    this.floatingIps.set(ip, serverId);
    await this.inTurn(() => this.routeFloating(ip, serverId));
    await this.pushPublicRules();
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

  private pushPublicRules(): Promise<void> {
    const servers = this.records.all().flatMap(({ spec, publicNic, firewall }) =>
      publicNic
        ? [
            {
              id: spec.id,
              nic: publicNic,
              floatingIps: [...this.floatingIps]
                .filter(([, owner]) => owner === spec.id)
                .map(([ip]) => ip),
              firewall,
            },
          ]
        : [],
    );
    return this.load(this.names.router, publicRuleset(servers));
  }

  private pushPrivateRules(networkId: number): Promise<void> {
    const routes = this.networks.get(networkId)?.routes ?? [];
    const servers = this.records.all().flatMap(({ spec, privateNics }) => {
      const nic = privateNics[networkId];
      if (!nic) return [];
      const routed = routes
        .filter(({ gateway }) => gateway === nic.ip)
        .map(({ destination }) => destination);
      return [{ id: spec.id, nic, routed }];
    });
    return this.load(this.names.network(networkId), privateRuleset(servers));
  }

  private load(namespace: string, ruleset: string): Promise<void> {
    return this.inTurn(async () => {
      await command("ip", ["netns", "exec", namespace, "nft", "-f", "-"], { input: ruleset });
    });
  }

  createVolume = (volume: MachineVolume) => volumes.createVolumeImage(this.state, volume);
  resizeVolume = (id: number, sizeGb: number) => volumes.growVolumeImage(this.state, id, sizeGb);
  deleteVolume = (id: number) => volumes.deleteVolumeImage(this.state, id);

  async attachVolume(volumeId: number, serverId: number, automount: boolean): Promise<void> {
    const record = this.records.get(serverId);
    record.volumes = [...new Set([...record.volumes, volumeId])];
    this.records.save(record);
    const pid = await this.pid(serverId);
    if (pid !== undefined) await volumes.plugVolume(this.state, volumeId, pid, automount);
  }

  async detachVolume(volumeId: number): Promise<void> {
    for (const record of this.records
      .all()
      .filter(({ volumes: list }) => list.includes(volumeId))) {
      record.volumes = record.volumes.filter((other) => other !== volumeId);
      this.records.save(record);
      const pid = await this.pid(record.spec.id);
      if (pid !== undefined) await volumes.unplugVolume(this.state, volumeId, pid);
    }
    await volumes.releaseVolume(this.state, volumeId);
  }

  /** The gateway stays: hosts need their metadata while the API is restarted. */
  async close(): Promise<void> {
    await this.turn;
  }
}
