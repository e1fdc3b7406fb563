import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the app behind the proxies received it. */
export interface Seen {
  method: string;
  url: string;
  /** Names in lower case and values, in order. */
  headers: [string, string][];
  /** Bytes of its body. */
  bytes: number;
  /** Port of the process that got it. */
  port: number;
}

/** The last request that changed its protocol; `/last-upgrade` returns it. */
let lastUpgrade: Seen | undefined;

const block = Buffer.alloc(64 * 1024, "x");

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://app");
  const number = (name: string) => Number(searchParams.get(name) ?? 0);
  if (pathname.endsWith("/slow")) {
    setTimeout(() => response.end("late\n"), number("ms"));
  } else if (pathname.endsWith("/events")) {
    events(response, number("count"), number("everyMs"));
  } else if (pathname.endsWith("/download")) {
    download(response, number("bytes"));
  } else if (pathname.endsWith("/wide")) {
    wide(response, number("bytes"), number("lines"));
  } else if (pathname.endsWith("/hints")) {
    response.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" });
    response.end("hinted\n");
  } else if (pathname.endsWith("/trailers")) {
    response.writeHead(200, { Trailer: "X-Checksum" });
    response.write("body\n");
    response.addTrailers({ "X-Checksum": "abc" });
    response.end();
  } else {
    if (pathname.endsWith("/header")) response.setHeader("X-From-App", "from the app");
    echo(request, response);
  }
}

function seenOf(request: IncomingMessage, bytes: number): Seen {
  const { method = "", url = "", rawHeaders, socket } = request;
  const headers = rawHeaders.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? ""]] : [],
  );
  return { method, url, headers, bytes, port: socket.localPort ?? 0 };
}

function echo(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => (bytes += chunk.length));
  request.on("end", () => {
    const seen = request.url === "/last-upgrade" ? lastUpgrade : seenOf(request, bytes);
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(seen));
  });
}

function events(response: ServerResponse, count: number, everyMs: number): void {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  let sent = 0;
  const timer = setInterval(() => {
    response.write(`data: ${Date.now()}\n\n`);
    if (++sent < count) return;
    clearInterval(timer);
    response.end();
  }, everyMs);
}

/** Answers with `lines` headers that have `bytes` bytes in all, each with its name, colon, space and line end. */
function wide(response: ServerResponse, bytes: number, lines: number): void {
  const each = Math.floor(bytes / lines);
  for (let i = 0; i < lines; i++) {
    const name = `X-Wide-${i}`;
    response.setHeader(name, "x".repeat(each - name.length - 4));
  }
  response.end("wide\n");
}

function download(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { "Content-Length": bytes });
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      const chunk = left < block.length ? block.subarray(0, left) : block;
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
}

/** Header that answers the key of a WebSocket's request (RFC 6455, section 4.2.2). */
function accept({ headers }: IncomingMessage): string {
  const key = `${headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  return `Sec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}`;
}

/** Starts a process of the app; it echoes everything on a connection that changes its protocol. */
export function startProcess(port: number, host = "127.0.0.1"): Promise<Server> {
  const server = createServer(answer);
  server.on("upgrade", (request, socket) => {
    lastUpgrade = seenOf(request, 0);
    const change = ["Upgrade: websocket", "Connection: Upgrade", accept(request)];
    const lines = ["HTTP/1.1 101 Switching Protocols", ...change];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    socket.pipe(socket);
    socket.on("error", () => undefined);
  });
  return new Promise((resolve) => server.listen(port, host, () => resolve(server)));
}

/** Starts the app with one process. */
export async function startBackend(port: number): Promise<AddressInfo> {
  return (await startProcess(port)).address() as AddressInfo;
}
