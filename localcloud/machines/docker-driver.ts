import { resolve } from "node:path";
import { attempt, command } from "./command";
import {
  containerExists,
  containerPid,
  createContainer,
  endedWithMachine,
  killContainer,
  lastOutput,
  removeContainer,
  removeOrphans,
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
import { startGateway, makeRouter } from "./router";
import { cloudNames, type CloudNames } from "./names";
import { MachineRecords } from "./records";
import { seedFiles } from "./seed";
import * as volumes from "./volumes";
import { Wiring } from "./wiring";

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
  private readonly names: CloudNames;
  private readonly records: MachineRecords;
  private readonly wiring: Wiring;

  constructor({ state, image }: DockerDriverOptions) {
    this.state = resolve(state);
    this.image = image;
    this.names = cloudNames(this.state);
    this.records = new MachineRecords(this.state);
    this.wiring = new Wiring(this.names, this.records, (id) => this.pid(id));
  }

  private pid(id: number): Promise<number | undefined> {
    return containerPid(this.names.container(id));
  }

  async start(): Promise<void> {
    const known = this.records.all().map(({ spec }) => this.names.container(spec.id));
    await removeOrphans(this.names.id, known);
    await makeRouter(this.names.router, this.names.link);
    startGateway(this.state, this.names.router);
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
    await this.wiring.unplugAll(record);
  }

  async powerOn(id: number): Promise<void> {
    if ((await this.pid(id)) !== undefined) return;
    await command("docker", ["start", this.names.container(id)], { timeoutSeconds: 120 });
    const pid = await this.pid(id);
    if (pid === undefined)
      throw new Error(`machine ${id} ended at once: ${await lastOutput(this.names.container(id))}`);
    await this.wiring.plugAll(id, pid);
    for (const volume of this.records.get(id).volumes) {
      await volumes.plugVolume(this.state, volume, pid, false);
    }
  }

  lostPower = (id: number) => endedWithMachine(this.names.container(id));
  powerOff = (id: number) => killContainer(this.names.container(id));

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
    const isSame = JSON.stringify(before) === JSON.stringify(nic);
    if (isSame && (await this.wiring.isPlugged(id, nic.networkId))) {
      return this.wiring.pushPrivateRules(nic.networkId);
    }
    record.privateNics[nic.networkId] = nic;
    this.records.save(record);
    await this.wiring.plug(id, nic, before);
  }

  async detachNetwork(id: number, networkId: number): Promise<void> {
    const record = this.records.find(id);
    if (record) {
      delete record.privateNics[networkId];
      this.records.save(record);
    }
    await this.wiring.unplug(id, networkId);
  }

  setNetwork = (network: MachineNetwork) => this.wiring.setNetwork(network);
  removeNetwork = (id: number) => this.wiring.removeNetwork(id);

  async setPublicNic(id: number, nic: PublicNic | undefined): Promise<void> {
    const record = this.records.get(id);
    if (JSON.stringify(record.publicNic) === JSON.stringify(nic)) return;
    if (nic) record.publicNic = nic;
    else delete record.publicNic;
    this.records.save(record);
    await this.wiring.replugPublic(id, nic);
  }

  async setFirewall(id: number, rules: FirewallRule[] | undefined): Promise<void> {
    const record = this.records.find(id);
    if (!record || JSON.stringify(record.firewall) === JSON.stringify(rules)) return;
    if (rules) record.firewall = rules;
    else delete record.firewall;
    this.records.save(record);
    await this.wiring.pushPublicRules();
  }

  assignFloatingIp = (ip: string, serverId: number | undefined) =>
    this.wiring.assignFloatingIp(ip, serverId);

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
    for (const record of this.records.all()) {
      if (!record.volumes.includes(volumeId)) continue;
      record.volumes = record.volumes.filter((other) => other !== volumeId);
      this.records.save(record);
      const pid = await this.pid(record.spec.id);
      if (pid !== undefined) await volumes.unplugVolume(this.state, volumeId, pid);
    }
    await volumes.releaseVolume(this.state, volumeId);
  }

  /** The gateway stays: hosts need their metadata while the API is restarted. */
  async close(): Promise<void> {
    await this.wiring.settled();
  }
}
