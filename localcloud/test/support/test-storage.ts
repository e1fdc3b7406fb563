import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Objects } from "../../object-storage/objects";
import { storageServers } from "../../object-storage/object-storage";
import { StorageFaults } from "../../object-storage/storage-faults";

/** The key that puts and reads. */
export const writer = { accessKeyId: "writer", secretAccessKey: "writer-secret-0123456789" };
/** The key that lists and deletes. */
export const keeper = { accessKeyId: "keeper", secretAccessKey: "keeper-secret-0123456789" };

const access = { buckets: ["backups"], region: "local", writer, keeper };

/** An object storage in this process, with one empty bucket. */
export class TestStorage {
  /** Folder of the objects, removed at the end. */
  readonly folder = mkdtempSync(join(tmpdir(), "objects-"));
  readonly objects: Objects;
  readonly faults = new StorageFaults();
  private readonly server: Server;

  private constructor(isVersioned: boolean) {
    this.objects = new Objects(this.folder, access.buckets, isVersioned);
    const { objects, faults } = this;
    const [server] = storageServers({ access, objects, faults, now: () => new Date() }, 1);
    this.server = server!;
  }

  /** Starts one on a free port of loopback. @param isVersioned true if overwritten objects stay as earlier versions. */
  static async start(isVersioned = true): Promise<TestStorage> {
    const storage = new TestStorage(isVersioned);
    await new Promise<void>((resolve) => storage.server.listen(0, "127.0.0.1", resolve));
    return storage;
  }

  /** Where the bucket is, for a client that has a key. */
  get place(): { endpoint: string; bucket: string; region: string } {
    const { port } = this.server.address() as AddressInfo;
    return { endpoint: `http://127.0.0.1:${port}`, bucket: "backups", region: access.region };
  }

  /** Ends it with its connections, and removes its folder. */
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}
