import { join } from "node:path";
import type { Server } from "ssh2";
import { FaultError, type FaultOf } from "../faults/shapes";
import { StorageFaults } from "../object-storage/storage-faults";
import { readFileStorageAccess } from "./access";
import { AccountFolder } from "./account-folder";
import { fileStorageServer } from "./server";

/** Name of the file storage where a fault names a bucket. */
export const fileStorageName = "sftp";

/** The file storage of a local cloud with its faults; its files are below the state of the cloud. */
export class FileStorage {
  /** For a port of this machine, and for the socket by which the hosts reach it. */
  readonly servers: Server[];
  private readonly folder: AccountFolder;
  private readonly faults = new StorageFaults();

  /** @throws Error if the file with key and accounts is not right. */
  constructor(state: string, accessFile: string) {
    const access = readFileStorageAccess(accessFile);
    this.folder = new AccountFolder(join(state, "files"));
    const args = { access, folder: this.folder, faults: this.faults };
    this.servers = [fileStorageServer(args), fileStorageServer(args)];
  }

  inject(id: number, fault: FaultOf<"storage"> | FaultOf<"corrupt-object">): void {
    if (fault.fault === "storage") return this.faults.add(id, fault);
    try {
      this.folder.corrupt(fault.key);
    } catch {
      throw new FaultError(`no file ${fault.key} in ${fileStorageName}`);
    }
  }

  heal(id: number): void {
    this.faults.remove(id);
  }
}
