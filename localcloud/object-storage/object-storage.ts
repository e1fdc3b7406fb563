import type { Server } from "node:http";
import { join } from "node:path";
import { FaultError } from "../faults/fault-error";
import type { FaultOf } from "../faults/shapes";
import { readStorageAccess } from "./credentials";
import { Objects } from "./objects";
import { storageServers } from "./server";
import { StorageFaults } from "./storage-faults";

/** The object storage of a local cloud with its faults; its state is below that of the cloud. */
export class ObjectStorage {
  /** For a port of this machine, and for the socket by which the hosts reach it. */
  readonly servers: Server[];
  private readonly objects: Objects;
  private readonly faults = new StorageFaults();

  /** @throws Error if the file with buckets and keys is not right. */
  constructor(state: string, accessFile: string, now: () => Date) {
    const access = readStorageAccess(accessFile);
    this.objects = new Objects(join(state, "objects"), access.buckets);
    const args = { access, objects: this.objects, faults: this.faults, now };
    this.servers = storageServers(args, 2);
  }

  inject(id: number, fault: FaultOf<"storage"> | FaultOf<"corrupt-object">): void {
    if (fault.fault === "storage") return this.faults.add(id, fault);
    const { bucket, key } = fault;
    if (!this.objects.find(bucket, key)) throw new FaultError(`no object ${key} in ${bucket}`);
    this.objects.corrupt(bucket, key);
  }

  heal(id: number): void {
    this.faults.remove(id);
  }
}
