import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2, { type Connection, type ParsedKey } from "ssh2";
import { AccountFolder } from "../../file-storage/account-folder";
import { type FileStorageArgs, fileStorageServer } from "../../file-storage/file-storage";
import { StorageFaults } from "../../object-storage/storage-faults";

/** A key pair: private in PEM form, public as type and Base64 data. */
export function keyPair(): { privateKey: string; publicKey: string } {
  const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const privateKey = pair.privateKey.export({ type: "sec1", format: "pem" }).toString();
  const key = ssh2.utils.parseKey(privateKey) as ParsedKey;
  return { privateKey, publicKey: `${key.type} ${key.getPublicSSH().toString("base64")}` };
}

/** An SFTP server in this process, with an account that writes and one that reads alone. */
export class TestFileStorage {
  /** Folder of the files, removed at the end. */
  readonly root = mkdtempSync(join(tmpdir(), "files-"));
  readonly folder = new AccountFolder(this.root);
  readonly faults = new StorageFaults();
  readonly host = keyPair();
  readonly writer = keyPair();
  readonly reader = keyPair();
  /** Called before each request, for a test that cuts connections. */
  onRequest: NonNullable<FileStorageArgs["onRequest"]> = () => undefined;
  private readonly server: ssh2.Server;
  private readonly connections = new Set<Connection>();

  private constructor() {
    const { folder, faults, host, writer, reader } = this;
    const accounts = [
      { name: "u1", publicKey: writer.publicKey, readOnly: false },
      { name: "u1-sub1", publicKey: reader.publicKey, readOnly: true },
    ];
    const access = { hostKey: host.privateKey, accounts };
    this.server = fileStorageServer({
      ...{ access, folder, faults },
      onRequest: (...call) => this.onRequest(...call),
    });
    this.server.on("connection", (connection) => this.connections.add(connection));
  }

  /** Starts one on a free port of loopback. */
  static async start(): Promise<TestFileStorage> {
    const storage = new TestFileStorage();
    await new Promise<void>((resolve) => storage.server.listen(0, "127.0.0.1", resolve));
    return storage;
  }

  /** Where the files are, with the key that the server has. */
  get place() {
    const { port } = this.server.address() as AddressInfo;
    const path = "backups/webstack";
    return { host: "127.0.0.1", port, user: "u1", path, hostKey: this.host.publicKey };
  }

  /** Ends it with its connections, and removes its folder. */
  stop(): void {
    for (const connection of this.connections) connection.end();
    this.server.close();
    rmSync(this.root, { recursive: true });
  }
}
