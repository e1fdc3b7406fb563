import type { MachineDriver, MachineNetwork, MachineSpec, PrivateNic } from "./driver";

/** Machines that are only remembered: for tests, and for trying clients without hosts. */
export class MemoryDriver implements MachineDriver {
  /** Machines by id, with whether they run. */
  readonly machines = new Map<number, { spec: MachineSpec; running: boolean }>();
  /** Every call in order, as `name id`. */
  readonly calls: string[] = [];
  /** Machines that are off because what they ran on went down. */
  readonly withoutPower = new Set<number>();
  /** Owner by floating IP. */
  readonly floatingIps = new Map<string, number | undefined>();
  /** Networks by id, with the routes that lead in them. */
  readonly networks = new Map<number, MachineNetwork>();
  /** Private interfaces of a machine, by its id. */
  readonly privateNics = new Map<number, PrivateNic[]>();
  /** When set, the named call rejects with this text. */
  failing: Partial<Record<keyof MachineDriver, string>> = {};

  private async note(call: keyof MachineDriver, id: number | string = ""): Promise<void> {
    this.calls.push(`${call} ${id}`.trim());
    const failure = this.failing[call];
    if (failure) throw new Error(failure);
  }

  private power(id: number, running: boolean): void {
    const machine = this.machines.get(id);
    if (machine) machine.running = running;
  }

  start = () => this.note("start");
  close = () => this.note("close");

  async create(spec: MachineSpec): Promise<void> {
    await this.note("create", spec.id);
    if (!this.machines.has(spec.id)) this.machines.set(spec.id, { spec, running: false });
  }

  async rebuild(spec: MachineSpec): Promise<void> {
    await this.note("rebuild", spec.id);
    this.machines.set(spec.id, { spec, running: false });
  }

  async destroy(id: number): Promise<void> {
    await this.note("destroy", id);
    this.machines.delete(id);
    this.privateNics.delete(id);
  }

  async powerOn(id: number): Promise<void> {
    await this.note("powerOn", id);
    this.power(id, true);
  }

  async powerOff(id: number): Promise<void> {
    await this.note("powerOff", id);
    this.power(id, false);
  }

  async shutdown(id: number): Promise<void> {
    await this.note("shutdown", id);
    this.power(id, false);
  }

  async assignFloatingIp(ip: string, serverId: number | undefined): Promise<void> {
    await this.note("assignFloatingIp", ip);
    this.floatingIps.set(ip, serverId);
  }

  async setNetwork(network: MachineNetwork): Promise<void> {
    await this.note("setNetwork", network.id);
    this.networks.set(network.id, structuredClone(network));
  }

  async removeNetwork(id: number): Promise<void> {
    await this.note("removeNetwork", id);
    this.networks.delete(id);
  }

  private unplug(id: number, networkId: number): PrivateNic[] {
    return (this.privateNics.get(id) ?? []).filter((nic) => nic.networkId !== networkId);
  }

  async attachNetwork(id: number, nic: PrivateNic): Promise<void> {
    await this.note("attachNetwork", id);
    this.privateNics.set(id, [...this.unplug(id, nic.networkId), nic]);
  }

  async detachNetwork(id: number, networkId: number): Promise<void> {
    await this.note("detachNetwork", id);
    this.privateNics.set(id, this.unplug(id, networkId));
  }

  status = async (id: number): Promise<"running" | "off"> =>
    this.machines.get(id)?.running ? "running" : "off";
  lostPower = async (id: number) => this.withoutPower.has(id);
  reset = (id: number) => this.note("reset", id);
  reboot = (id: number) => this.note("reboot", id);
  setPublicNic = (id: number) => this.note("setPublicNic", id);
  setFirewall = (id: number) => this.note("setFirewall", id);
  createVolume = ({ id }: { id: number }) => this.note("createVolume", id);
  resizeVolume = (id: number) => this.note("resizeVolume", id);
  deleteVolume = (id: number) => this.note("deleteVolume", id);
  attachVolume = (id: number) => this.note("attachVolume", id);
  detachVolume = (id: number) => this.note("detachVolume", id);
}
