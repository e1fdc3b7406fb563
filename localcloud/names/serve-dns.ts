import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { dnsAnswer, type Question } from "./dns-message";
import type { NameAnswer } from "./zone-answer";

/** Longest pause of a connection, milliseconds. */
const idleMs = 10_000;

/** A running server of DNS. */
export interface DnsServer {
  /** UDP and TCP port. */
  port: number;
  close(): void;
}

/** Answers the queries of a connection, each with its length before it (RFC 1035, 4.2.2). */
function serveConnection(socket: Socket, answerTo: (question: Question) => NameAnswer): void {
  let waiting: Buffer = Buffer.alloc(0);
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0);
      const answer = dnsAnswer(waiting.subarray(2, end), answerTo, "tcp");
      if (!answer) return void socket.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
      waiting = waiting.subarray(end);
    }
  });
}

/**
 * Serves DNS by UDP and TCP at an IPv4 address.
 *
 * @param port 0 takes a free one.
 * @throws Error if the address or the port cannot be used.
 */
export async function serveDns(
  address: string,
  port: number,
  answerTo: (question: Question) => NameAnswer,
): Promise<DnsServer> {
  const connections = new Set<Socket>();
  const tcp = createServer((socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
    serveConnection(socket, answerTo);
  });
  tcp.listen(port, address);
  await once(tcp, "listening");
  const bound = (tcp.address() as AddressInfo).port;
  const udp = createSocket("udp4");
  udp.on("message", (query, from) => {
    const answer = dnsAnswer(query, answerTo);
    if (answer) udp.send(answer, from.port, from.address);
  });
  udp.bind(bound, address);
  await once(udp, "listening");
  const close = () => {
    udp.close();
    tcp.close();
    for (const socket of connections) socket.destroy();
  };
  return { port: bound, close };
}
