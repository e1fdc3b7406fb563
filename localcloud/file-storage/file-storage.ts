import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Server } from "ssh2";
import { FaultError, type FaultOf } from "../faults/shapes";
import { StorageFaults } from "../object-storage/storage-faults";
import { AccountFolder } from "./account-folder";
import { fileStorageServer } from "./server";

const shape = z.strictObject({
  /** Private key of the server, in PEM or OpenSSH form. */
  hostKey: z.string().min(1),
  accounts: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9-]{1,32}$/),
        /** Public key that opens the account, type and Base64 data. */
        publicKey: z.string().regex(/^\S+ \S+/),
        /** True for an account that reads alone, as a sub-account of a Storage Box may. */
        readOnly: z.boolean().default(false),
      }),
    )
    .min(1),
});

/** The key of the file storage, and who may use it. */
export type FileStorageAccess = z.infer<typeof shape>;
/** An account of the file storage. */
export type Account = FileStorageAccess["accounts"][number];

/** Reads them from a file. @throws Error that names what is wrong in it. */
export function readFileStorageAccess(file: string): FileStorageAccess {
  const parsed = shape.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

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
