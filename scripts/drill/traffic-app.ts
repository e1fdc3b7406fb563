import { createHash } from "node:crypto";

/** Size of the blocks of large bodies, bytes. */
export const blockBytes = 2 ** 20;

/** Seed of the content of the blocks. */
const seed = "a large body";

/** One block of a large body: each differs from the others by its number, so that a lost or doubled one shows. */
export function block(number: number): Buffer {
  const bytes = Buffer.alloc(blockBytes, createHash("sha256").update(seed).digest());
  bytes.writeUInt32BE(number);
  return bytes;
}

/**
 * Module of the drills' app, text of a CommonJS file. `answer(request, response)` is true if the path is one of
 * `/events?count=N` (N server-sent events, one a second, with number and time), `/upload` (the sum of the body)
 * and `/download?mib=N` (N blocks).
 */
export const trafficModule = `
const { createHash } = require("node:crypto");
const { Readable, pipeline } = require("node:stream");
function block(number) {
  const bytes = Buffer.alloc(${blockBytes}, createHash("sha256").update(${JSON.stringify(seed)}).digest());
  bytes.writeUInt32BE(number);
  return bytes;
}
function* blocks(count) {
  for (let number = 0; number < count; number += 1) yield block(number);
}
function events(response, count) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const begun = Date.now();
  let number = 0;
  const next = () => {
    response.write("id: " + number + "\\ndata: " + Date.now() + "\\n\\n");
    number += 1;
    if (number === count) return response.end();
    timer = setTimeout(next, begun + number * 1000 - Date.now());
  };
  let timer = setTimeout(next, 0);
  response.on("close", () => clearTimeout(timer));
}
function upload(request, response) {
  const hash = createHash("sha256");
  let bytes = 0;
  request.on("data", (chunk) => {
    bytes += chunk.length;
    hash.update(chunk);
  });
  request.on("error", () => undefined);
  request.on("end", () => response.end(JSON.stringify({ bytes, sha256: hash.digest("hex") })));
}
function download(response, count) {
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": count * ${blockBytes},
  });
  pipeline(Readable.from(blocks(count), { highWaterMark: 2 }), response, () => undefined);
}
exports.answer = (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://app");
  if (pathname === "/events") events(response, Number(searchParams.get("count")));
  else if (pathname === "/upload") upload(request, response);
  else if (pathname === "/download") download(response, Number(searchParams.get("mib")));
  else return false;
  return true;
};
`;
