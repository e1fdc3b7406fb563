import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FirewallRule, MachineSpec, PrivateNic, PublicNic } from "./driver";

/** What the driver remembers of a machine. */
export interface MachineRecord {
  spec: MachineSpec;
  publicNic?: PublicNic;
  /** By network id. */
  privateNics: Record<string, PrivateNic>;
  firewall?: FirewallRule[];
  /** Volume ids. */
  volumes: number[];
}

/** The driver's memory: one file for each machine, so that the gateway can read it too. */
export class MachineRecords {
  private readonly records = new Map<number, MachineRecord>();
  private readonly folder: string;

  constructor(state: string) {
    this.folder = join(state, "machines");
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(this.folder).filter((name) => name.endsWith(".json"))) {
      const record = JSON.parse(readFileSync(join(this.folder, file), "utf8")) as MachineRecord;
      this.records.set(record.spec.id, record);
    }
  }

  /** All machines. */
  all(): MachineRecord[] {
    return [...this.records.values()];
  }

  /** A machine, or undefined. */
  find(id: number): MachineRecord | undefined {
    return this.records.get(id);
  }

  /** A machine. @throws Error if there is none. */
  get(id: number): MachineRecord {
    const found = this.records.get(id);
    if (!found) throw new Error(`there is no machine ${id}`);
    return found;
  }

  /** Remembers a machine as it is now. */
  save(record: MachineRecord): void {
    const { id } = record.spec;
    this.records.set(id, record);
    const path = join(this.folder, `${id}.json`);
    writeFileSync(`${path}.draft`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${path}.draft`, path);
  }

  /** Folder with the seed of a machine. */
  seedFolder(id: number): string {
    return join(this.folder, String(id), "seed");
  }

  /** Forgets a machine. */
  remove(id: number): void {
    this.records.delete(id);
    rmSync(join(this.folder, `${id}.json`), { force: true });
    rmSync(join(this.folder, String(id)), { recursive: true, force: true });
  }
}
