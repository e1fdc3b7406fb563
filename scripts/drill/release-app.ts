import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { trafficModule } from "./traffic-app";

/** Releases of the app that the drills deploy: one that works, and others with one defect each. */
export type ReleaseKind =
  | "works"
  | "ends at its start"
  | "is never healthy"
  | "ends later"
  | "migration fails"
  | "fails its visitors"
  | "is large";

/**
 * A program without packages: it serves its version at `/` and the paths of {@link trafficModule}, echoes short
 * messages over WebSockets, and sends a close frame to each WebSocket before the program ends (RFC 6455, section 5.5.1; 1001: going away).
 */
const server = `
const { createHash } = require("node:crypto");
const { createServer } = require("node:http");
const { version } = require("./package.json");
const traffic = require("./traffic.js");
const mistake = require("./mistake.json");
if (mistake === "ends at its start") throw new Error("broken on purpose");
if (mistake === "ends later") setTimeout(() => { throw new Error("broken later"); }, 12_000);
const sockets = new Set();
const app = createServer({ requestTimeout: 0 }, (request, response) => {
  if (traffic.answer(request, response)) return;
  const isForVisitors = request.url === "/";
  response.statusCode = mistake === "is never healthy" ? 503 : mistake === "fails its visitors" && isForVisitors ? 500 : 200;
  response.end(version + " on " + process.env.NODE_NAME + "\\n");
});
function accept(key) {
  return createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
}
function frame(opcode, payload) {
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
}
app.on("upgrade", (request, socket) => {
  const change = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  const answer = [...change, "Sec-WebSocket-Accept: " + accept(request.headers["sec-websocket-key"])];
  socket.write(answer.join("\\r\\n") + "\\r\\n\\r\\n");
  sockets.add(socket);
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let length = (rest[1] ?? 0) & 0x7f; rest.length >= 6 + length; length = (rest[1] ?? 0) & 0x7f) {
      const mask = rest.subarray(2, 6);
      const payload = Buffer.from(rest.subarray(6, 6 + length).map((byte, i) => byte ^ mask[i % 4]));
      const opcode = rest[0] & 0x0f;
      rest = rest.subarray(6 + length);
      socket.write(frame(opcode, payload));
      if (opcode === 8) socket.end();
    }
  });
  socket.on("end", () => socket.end());
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => undefined);
});
app.listen(process.env.PORT);
process.on("SIGTERM", () => {
  for (const socket of sockets) socket.end(frame(8, Buffer.from([1001 >> 8, 1001 & 0xff])));
  app.close(() => process.exit(0));
});
`;

const migration = `
if (require("./mistake.json") === "migration fails") throw new Error("no such column on purpose");
`;

/** Size of a large release, bytes; the content is random, which compression does not shrink. */
const largeBytes = 4 * 2 ** 20;

/** Command of the stack file that runs the migration of a release. */
export const migrate = "node migrate.js";

/** Writes the files of a release into `folder`, in place of the earlier ones. */
export function writeRelease(folder: string, kind: ReleaseKind, version: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string | Buffer) =>
    writeFileSync(join(folder, name), content);
  write("package.json", JSON.stringify({ name: "drilled", version, main: "server.js" }));
  write("mistake.json", JSON.stringify(kind));
  write("server.js", server);
  write("traffic.js", trafficModule);
  write("migrate.js", migration);
  if (kind === "is large") write("large", randomBytes(largeBytes));
}
