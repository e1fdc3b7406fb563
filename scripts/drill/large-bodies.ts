import { createHash, type Hash } from "node:crypto";
import { type ClientRequest, get, request } from "node:http";
import { performance } from "node:perf_hooks";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { block, blockBytes } from "./traffic-app";

/** Longest silence of a transfer, milliseconds. */
const patienceMs = 60_000;

/** The blocks of a body, each added to `hash`. */
function* blocks(count: number, hash: Hash): Generator<Buffer> {
  for (let number = 0; number < count; number += 1) {
    const bytes = block(number);
    hash.update(bytes);
    yield bytes;
  }
}

/** A completely transferred body. */
export interface Transferred {
  seconds: number;
  /** SHA-256 of the body, hex digits. */
  sha256: string;
}

/** Sends a generated body of `mib` MiB. @throws Error if the app got another body, or none. */
export async function uploaded(site: string, mib: number): Promise<Transferred> {
  const begunMs = performance.now();
  const headers = { "content-length": mib * blockBytes, connection: "close" };
  const call = request(new URL("/upload", site), { method: "PUT", headers, agent: false });
  call.setTimeout(patienceMs, () => call.destroy(new Error("the upload stands still")));
  const answered = answerOf(call);
  const hash = createHash("sha256");
  const sent = pipeline(Readable.from(blocks(mib, hash), { highWaterMark: 2 }), call);
  // An answer before the end of the body is a refusal, and explains more than the error of the broken connection.
  const [{ status, text }] = await Promise.all([answered, sent.catch(() => undefined)]);
  const sha256 = hash.digest("hex");
  const wanted = JSON.stringify({ bytes: mib * blockBytes, sha256 });
  if (text !== wanted)
    throw new Error(`the app is to answer ${wanted}, and ${status} came: ${text.slice(0, 200)}`);
  return { seconds: (performance.now() - begunMs) / 1000, sha256 };
}

function answerOf(call: ClientRequest): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    call.on("error", reject);
    call.on("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
}

/** Fetches a body of `mib` MiB. @throws Error if the answer ended early, or has another checksum than `sha256`. */
export async function downloaded(site: string, mib: number, sha256: string): Promise<Transferred> {
  const begunMs = performance.now();
  const hash = createHash("sha256");
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    const call = get(new URL(`/download?mib=${mib}`, site), { agent: false }, (response) => {
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        hash.update(chunk);
      });
      response.on("error", reject);
      response.on("end", resolve);
    });
    call.setTimeout(patienceMs, () => call.destroy(new Error("the download stands still")));
    call.on("error", reject);
  });
  const found = hash.digest("hex");
  if (found !== sha256)
    throw new Error(`the download is to have SHA-256 ${sha256}, and ${bytes} bytes had ${found}`);
  return { seconds: (performance.now() - begunMs) / 1000, sha256 };
}
