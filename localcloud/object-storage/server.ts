import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { lastingConnections } from "../lasting-connections";
import type { StorageAccess } from "./credentials";
import { Multipart } from "./multipart";
import type { Objects } from "./objects";
import type { StorageAnswer } from "./messages";
import { answerTo, type Storage } from "./requests";
import { S3Error } from "./s3-error";
import { signerOf } from "./signature";
import type { StorageFaults } from "./storage-faults";

/** Largest body of one request, bytes. Source: S3 takes 5 GiB; this one keeps it in memory. */
const mostBytes = 512 * 2 ** 20;

/** What the object storage is served with. */
export interface StorageArgs {
  access: StorageAccess;
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
