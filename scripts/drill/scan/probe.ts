import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** An address with the ports to try. */
export interface ScanTarget {
  /** IPv4 or IPv6 address. */
  address: string;
  /** TCP ports that must be open; the wait for a silent one is longer than for others. */
  awaited: readonly number[];
  /** Further TCP ports. */
  tcp: readonly number[];
  /** UDP ports. */
  udp: readonly number[];
  /** True if the address must answer ICMP. */
  pings: boolean;
}

/**
 * Result of a probe. `open`: a connection or a datagram; `refused`: the packet passed every firewall, and no program
 * listens there; `no way`: the caller has no route, or no program that sends ICMP.
 */
export interface ScanAnswer {
  address: string;
  /** A port such as `tcp 443`, or `icmp`. */
  way: string;
  answer: "open" | "refused" | "no way";
}

type Answer = ScanAnswer["answer"] | undefined;

/** Longest wait for an answer, milliseconds; shorter than the 1000 ms after which TCP repeats a packet. */
const usualMs = 500;
const awaitedMs = 3_000;
/** Number of TCP connections at the same time. */
const atOnce = 400;
/** Time between two datagrams to one address, milliseconds: Linux reports a refusal once a second. */
const datagramMs = 1_100;

const meanings: Readonly<Record<string, Answer>> = {
  ECONNREFUSED: "refused",
  ENETUNREACH: "no way",
  EADDRNOTAVAIL: "no way",
};

/** Answer to a TCP connection; undefined: silence. */
export function tcpAnswer(host: string, port: number, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: Answer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    // Answers that arrived while this process was busy are read before the timeout counts.
    const timer = setTimeout(() => setImmediate(() => end(undefined)), timeoutMs);
    socket.once("connect", () => end("open"));
    socket.on("error", (error: NodeJS.ErrnoException) => end(meanings[error.code ?? ""]));
  });
}

/** Answer to an empty UDP datagram; undefined: silence. */
export function udpAnswer(host: string, port: number, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    let timer: NodeJS.Timeout | undefined;
    const end = (answer: Answer) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => undefined).close();
      resolve(answer);
    };
    socket.on("message", () => end("open"));
    socket.on("error", (error: NodeJS.ErrnoException) => end(meanings[error.code ?? ""]));
    socket.connect(port, host, () => {
      timer = setTimeout(() => end(undefined), timeoutMs);
      socket.send(Buffer.alloc(0), () => undefined);
    });
  });
}

function pingAnswer(host: string): Promise<Answer> {
  return new Promise((resolve) => {
    execFile("ping", ["-n", "-c", "2", "-i", "0.3", "-W", "2", host], (error) => {
      // Status 1: no answer. Another status, or none: nothing was sent.
      resolve(error === null ? "open" : error.code === 1 ? undefined : "no way");
    });
  });
}

/** Tries all targets; the result lacks silent ports. */
export async function scanned(targets: readonly ScanTarget[]): Promise<ScanAnswer[]> {
  const answers: ScanAnswer[] = [];
  const note = (address: string, way: string, answer: Answer) => {
    if (answer !== undefined) answers.push({ address, way, answer });
  };
  const connections = targets.flatMap(({ address, awaited, tcp }) => [
    ...awaited.map((port) => ({ address, port, ms: awaitedMs })),
    ...tcp.map((port) => ({ address, port, ms: usualMs })),
  ]);
  const connecting = async () => {
    for (let next = connections.pop(); next !== undefined; next = connections.pop()) {
      const { address, port, ms } = next;
      note(address, `tcp ${port}`, await tcpAnswer(address, port, ms));
    }
  };
  const sending = async ({ address, udp }: ScanTarget) => {
    for (const port of udp) {
      const [answer] = await Promise.all([udpAnswer(address, port, usualMs), pause(datagramMs)]);
      note(address, `udp ${port}`, answer);
    }
  };
  await Promise.all([
    ...Array.from({ length: atOnce }, connecting),
    ...targets.map(sending),
    ...targets.map(async ({ address }) => note(address, "icmp", await pingAnswer(address))),
  ]);
  return answers;
}
