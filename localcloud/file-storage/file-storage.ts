import { join } from "node:path";
import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import ssh2, { type Server, type AuthContext, type Connection, type ServerChannel } from "ssh2";
import { z } from "zod";
import { FaultError, type FaultOf } from "../faults/shapes";
import { StorageFaults } from "../object-storage/storage-faults";
import { S3Error } from "../object-storage/messages";
import { AccountFolder } from "./account-folder";
import { Body, status, type } from "./packets";
import { Requests, SftpError, type Touched } from "./requests";

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
type FileStorageAccess = z.infer<typeof shape>;

/** An account of the file storage. */
type Account = FileStorageAccess["accounts"][number];

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

/** Largest packet, bytes, as with OpenSSH. */
const mostBytes = 256 * 1024;

/** Requests that come in great numbers: a delay is that of the request that opens the file. */
const ofHandles: readonly number[] = [type.read, type.write];

/** What the file storage is served with. */
export interface FileStorageArgs {
  access: FileStorageAccess;
  folder: AccountFolder;
  faults: StorageFaults;
  /** Called before each request, for a test that cuts connections. @default nothing */
  onRequest?: (touched: Touched, kind: number, connection: Connection) => void;
}

/** The file storage: SFTP version 3 over SSH, with keys alone. */
export function fileStorageServer(args: FileStorageArgs): ssh2.Server {
  return new ssh2.Server({ hostKeys: [args.access.hostKey] }, (connection) => {
    let account: Account | undefined;
    // Without it each request takes a tenth of a second.
    (connection as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
    connection.on("authentication", (context) => {
      account = accountOf(args.access, context);
      if (account) context.accept();
      else context.reject(["publickey"]);
    });
    connection.on("session", (accept) => {
      const session = accept();
      session.on("subsystem", (take, reject, { name }) => {
        if (name !== "sftp") return reject();
        serve(args, account!, connection, take());
      });
    });
    // A client that goes away.
    connection.on("error", () => undefined);
  });
}

/** The account that a key opens; undefined: none, or the signature is not right. */
function accountOf({ accounts }: FileStorageAccess, context: AuthContext): Account | undefined {
  const account = accounts.find(({ name }) => name === context.username);
  if (!account || context.method !== "publickey") return undefined;
  const wanted = Buffer.from(account.publicKey.split(" ")[1]!, "base64");
  const { key, signature, blob, hashAlgo } = context;
  if (key.data.length !== wanted.length || !timingSafeEqual(key.data, wanted)) return undefined;
  if (!signature || !blob) return account;
  const known = ssh2.utils.parseKey(account.publicKey);
  if (known instanceof Error) throw known;
  return known.verify(blob, signature, hashAlgo) === true ? account : undefined;
}

function serve(
  { folder, faults, onRequest }: FileStorageArgs,
  { readOnly }: Account,
  connection: Connection,
  channel: ServerChannel,
): void {
  const requests = new Requests(folder, async (touched, kind) => {
    onRequest?.(touched, kind, connection);
    if (readOnly && (touched.method === "PUT" || touched.method === "DELETE")) {
      throw new SftpError(status.denied, "Permission denied");
    }
    const { method, path } = touched;
    try {
      const isDelayed = !ofHandles.includes(kind);
      return await faults.before(method, path, () => folder.bytes, isDelayed);
    } catch (error) {
      throw error instanceof S3Error ? new SftpError(status.failure, "Failure") : error;
    }
  });
  let held: Buffer = Buffer.alloc(0);
  // One request after the other, in order, as with OpenSSH.
  let work = Promise.resolve();
  channel.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
      const length = held.readUInt32BE(0);
      const bytes = held.subarray(4, 4 + length);
      held = held.subarray(4 + length);
      if (length < 5 || length > mostBytes) return void channel.close();
      work = work.then(() => one(requests, channel, bytes));
    }
  });
  channel.on("end", () => {
    void work.then(() => {
      channel.exit(0);
      channel.end();
    });
  });
  channel.on("close", () => {
    void work.then(() => requests.close());
  });
  channel.on("error", () => undefined);
}

async function one(requests: Requests, channel: ServerChannel, bytes: Buffer): Promise<void> {
  if (!channel.writable) return;
  const kind = bytes[0]!;
  if (kind === type.init) {
    channel.write(Requests.hello());
    return;
  }
  const body = new Body(bytes.subarray(1));
  const answer = await requests.answer(kind, body.number(), body);
  // A request that is never answered holds up the later ones of its connection.
  if (!answer) await new Promise<never>(() => undefined);
  else channel.write(answer);
}
