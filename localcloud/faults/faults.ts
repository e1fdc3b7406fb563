import type { Cloud } from "../cloud";
import type { Server } from "../model";
import { type FileStorage, fileStorageName } from "../file-storage/file-storage";
import type { ObjectStorage } from "../object-storage/object-storage";
import type { ApiFaults } from "./api-faults";
import { FaultError, type Fault } from "./shapes";
import type { LinkFault, MachineFaults, Target } from "./machine-faults";
import { isOfOffer } from "./offer";

/** A fault that lasts. */
export interface ActiveFault {
  id: number;
  fault: Fault;
}

/** Stores for backups. */
export interface Stores {
  objects?: ObjectStorage | undefined;
  files?: FileStorage | undefined;
}

type StorageFault = Extract<Fault, { fault: "storage" | "corrupt-object" }>;
type MachineFault = Extract<Fault, { server: string }>;

function isOfStorage(fault: Fault): fault is StorageFault {
  return fault.fault === "storage" || fault.fault === "corrupt-object";
}

/** Injects faults into hosts, links and the API, and heals them. */
export class Faults {
  private readonly active: ActiveFault[] = [];
  private lastId = 0;

  constructor(
    private readonly cloud: Cloud,
    private readonly api: ApiFaults,
    /** Absent where hosts are not real. */
    private readonly machines: MachineFaults | undefined,
    /** The stores for backups, as far as there are any. */
    private readonly stores: Stores = {},
  ) {}

  list(): ActiveFault[] {
    return [...this.active];
  }

  /** Injects a fault. @throws FaultError if its server is unknown, or hosts are not real. */
  async inject(fault: Fault): Promise<ActiveFault> {
    const entry = { id: (this.lastId += 1), fault };
    if (fault.fault === "api" || fault.fault === "action") this.api.add(entry.id, fault);
    else if (isOfStorage(fault)) this.onStores(entry.id, fault);
    else if (isOfOffer(fault)) this.cloud.offer.add(entry.id, fault);
    else await this.onMachine(fault);
    if (["kill", "cpu", "corrupt-object"].includes(fault.fault)) return entry;
    this.active.push(entry);
    if (fault.fault === "link") await this.loadLinks();
    return entry;
  }

  /** Heals one fault, or all. */
  async heal(id?: number): Promise<ActiveFault[]> {
    const healed = this.active.filter((one) => id === undefined || one.id === id);
    for (const one of healed) this.active.splice(this.active.indexOf(one), 1);
    for (const { id: each, fault } of healed) {
      if (fault.fault === "api" || fault.fault === "action") this.api.remove(each);
      else if (isOfStorage(fault)) for (const store of this.allStores()) store.heal(each);
      else if (isOfOffer(fault)) this.cloud.offer.remove(each);
      else await this.undo(fault);
    }
    if (healed.some(({ fault }) => fault.fault === "link")) await this.loadLinks();
    return healed;
  }

  private found(name: string): Server {
    const servers = this.cloud.store.all("servers");
    const server = servers.find((one) => one.name === name);
    if (server) return server;
    const names = servers.map((one) => one.name).join(", ");
    throw new FaultError(`server must be one of ${names}, got ${JSON.stringify(name)}`);
  }

  private target(name: string): Target {
    const server = this.found(name);
    return { id: server.id, networkId: server.attachments[0]?.network };
  }

  private hosts(): MachineFaults {
    if (!this.machines) throw new FaultError("faults of hosts and links need the driver docker");
    return this.machines;
  }

  private allStores(): (ObjectStorage | FileStorage)[] {
    const { objects, files } = this.stores;
    return [objects, files].filter((store) => store !== undefined);
  }

  /** A fault of all stores; other bytes are those of the one that it names. */
  private onStores(id: number, fault: StorageFault): void {
    const { objects, files } = this.stores;
    const isOfFiles = fault.fault === "corrupt-object" && fault.bucket === fileStorageName;
    const targets = fault.fault === "storage" ? this.allStores() : [isOfFiles ? files : objects];
    if (targets.length === 0 || targets.includes(undefined)) {
      throw new FaultError("faults of a store need --storage FILE or --sftp FILE");
    }
    for (const store of targets) store!.inject(id, fault);
  }

  private async onMachine(fault: MachineFault): Promise<void> {
    const hosts = this.hosts();
    const { id } = this.found(fault.server);
    switch (fault.fault) {
      case "kill":
        return hosts.kill(id, fault.unit, fault.signal);
      case "freeze":
        return hosts.freeze(id);
      case "power-off":
        await this.cloud.driver.powerOff(id);
        this.found(fault.server).status = "off";
        return;
      case "cpu":
        return hosts.burn(id, fault.processes, fault.seconds);
      case "processor":
        return hosts.share(id, fault.unit, fault.percent);
      case "disk":
        return hosts.fill(id, fault.path, fault.mebibytes);
      case "slow-disk":
        return hosts.slowDown(id, fault.path, fault.writesPerSecond);
      case "bandwidth":
      case "delay":
        return hosts.shape(this.target(fault.server), fault.side, fault);
      case "link":
        if (fault.peer !== undefined) this.found(fault.peer);
    }
  }

  private async undo(fault: MachineFault): Promise<void> {
    const hosts = this.hosts();
    const target = this.target(fault.server);
    switch (fault.fault) {
      case "freeze":
        return hosts.resume(target.id);
      case "power-off":
        await this.cloud.driver.powerOn(target.id);
        this.found(fault.server).status = "running";
        return;
      case "processor":
        return hosts.share(target.id, fault.unit);
      case "disk":
        return hosts.free(target.id, fault.path);
      case "slow-disk":
        return hosts.slowDown(target.id, fault.path, 0);
      case "bandwidth":
      case "delay":
        return hosts.shape(target, fault.side);
    }
  }

  /** All link faults anew, each in the namespace that its packets cross. */
  private async loadLinks(): Promise<void> {
    const networks = this.cloud.store.all("networks").map(({ id }) => id);
    const links = this.active.flatMap(({ fault }): LinkFault[] => {
      if (fault.fault !== "link") return [];
      const peer = fault.peer === undefined ? undefined : this.target(fault.peer);
      return [{ fault, server: this.target(fault.server), peer }];
    });
    const isPublic = ({ fault }: LinkFault) => fault.side === "public";
    await this.hosts().setLinks(undefined, links.filter(isPublic));
    for (const network of networks) {
      const inside = links.filter((link) => !isPublic(link) && link.server.networkId === network);
      await this.hosts().setLinks(network, inside);
    }
  }
}
