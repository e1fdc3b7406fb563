import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";

/** A database node: it answers role checks, and tells each session its name. */
export class FakeDatabase {
  isReplica = true;
  isPrimary = false;
  checks = 0;
  readonly sessions = new Set<Socket>();
  private readonly checked: HttpServer;
  private readonly served: Server;

  constructor(name: string, address: string, ports: { checks: number; sessions: number }) {
    this.checked = createHttpServer((call, answer) => {
      this.checks += 1;
      const is = call.url === "/primary" ? this.isPrimary : this.isReplica;
      answer.writeHead(is ? 200 : 503, { connection: "close" }).end();
    }).listen(ports.checks, address);
    this.served = createServer((socket) => {
      this.sessions.add(socket);
      socket.on("close", () => this.sessions.delete(socket)).on("error", () => undefined);
      socket.on("data", () => socket.write(name));
      socket.write(name);
    }).listen(ports.sessions, address);
  }

  close(): void {
    for (const socket of this.sessions) socket.destroy();
    this.served.close();
    this.checked.close();
  }
}
