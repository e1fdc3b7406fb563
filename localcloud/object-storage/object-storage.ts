import { type Server, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { FaultError, type FaultOf } from "../faults/shapes";
import { readStorageAccess, type StorageKeys, signerOf } from "./access";
import { Objects } from "./objects";
import { StorageFaults } from "./storage-faults";
import { lastingConnections } from "../lasting-connections";
import { Multipart } from "./multipart";
import { type StorageAnswer, S3Error } from "./messages";
import { answerTo, type Storage } from "./requests";

/** The object storage of a local cloud with its faults; its state is below that of the cloud. */
export class ObjectStorage {
  /** For a port of this machine, and for the socket by which the hosts reach it. */
  readonly servers: Server[];
  private readonly objects: Objects;
  private readonly faults = new StorageFaults();

  /** @throws Error if the file with buckets and keys is not right. */
  constructor(state: string, accessFile: string, now: () => Date) {
    const access = readStorageAccess(accessFile);
    this.objects = new Objects(join(state, "objects"), access.buckets, access.versioning);
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

/** Largest body of one request, bytes. Source: S3 takes 5 GiB; this one keeps it in memory. */
const mostBytes = 512 * 2 ** 20;

/** What the object storage is served with. */
export interface StorageArgs {
  access: StorageKeys;
  objects: Objects;
  faults: StorageFaults;
  now: () => Date;
}

/** The object storage: S3's protocol with the bucket in the path. Listen on as many places as wanted. */
export function storageServers(args: StorageArgs, count: number): Server[] {
  const { access, objects, now } = args;
  const storage: Storage = { access, objects, now, multipart: new Multipart(objects, now) };
  const serve = (call: IncomingMessage, response: ServerResponse) =>
    void answer(storage, args.faults, call).then(
      (made) => made && send(call, response, made),
      () => response.destroy(),
    );
  return Array.from({ length: count }, () => createServer(lastingConnections, serve));
}

/** Undefined: the request is never answered. */
async function answer(
  storage: Storage,
  faults: StorageFaults,
  call: IncomingMessage,
): Promise<StorageAnswer | undefined> {
  try {
    const { method = "GET", url = "/", headers } = call;
    const { pathname, searchParams: query } = new URL(url, "http://storage");
    const [, bucket = "", ...rest] = pathname.split("/");
    const key = rest.map(decodeURIComponent).join("/");
    const body = await bodyOf(call);
    if (await faults.before(method, key, () => storage.objects.bytes)) return undefined;
    const who = signerOf({ method, target: url, headers }, storage.access, storage.now());
    return answerTo(storage, { who, method, bucket, key, query, headers, body });
  } catch (error) {
    const known =
      error instanceof S3Error ? error : new S3Error("InternalError", (error as Error).message);
    const type = { "content-type": "application/xml" };
    return { status: known.status, headers: type, body: known.toXml() };
  }
}

function send(call: IncomingMessage, response: ServerResponse, made: StorageAnswer): void {
  const { status, headers = {}, body = "" } = made;
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { "content-length": String(bytes), ...headers });
  response.end(call.method === "HEAD" ? undefined : body);
}

async function bodyOf(call: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of call) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) throw new S3Error("InvalidArgument", `more than ${mostBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
