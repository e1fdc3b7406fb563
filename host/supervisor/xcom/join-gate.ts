import { monotonicMs } from "../../time/monotonic";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { xcomPort } from "./fast-refusal";
import { log } from "../log";

/** Limits of a gate, milliseconds; others in tests. */
export interface Limits {
  /**
   * Longest wait: XCom connects again after ten seconds at most, and listens after ten more; then the
   * primary alone is waited for, for ten again. MySQL itself gives up after a minute.
   */
  longestMs: number;
  /**
   * How long one connection is held: MySQL gives a seed up that takes three seconds for its handshake
   * (seen, MySQL 9.7). It logs that as an error and takes the next seed.
   */
  heldMs: number;
}

const usual: Limits = { longestMs: 30_000, heldMs: 2_800 };
/** Time between two looks at who is awaited, milliseconds. */
const lookMs = 50;

/** Where the gate leads to. */
export interface Way {
  /** Says for which members this node has to wait. */
  awaited: () => readonly string[];
  /** Member that is asked to let this node in: its IPv4 address, and its port of XCom. */
  seed: { host: string; port?: number };
  /** Called before the member is asked, which waits for it. */
  onOpen: () => Promise<void> | void;
}

/**
 * A seed of the group on this machine that leads to another one, but only once the members are about
 * to hear this node (see `JoinBarrier`). MySQL listens before it asks its first seed to be let in. From the
 * moment it counts as there until all members talk to it the group delivers nothing: they exchange
 * their states first.
 *
 * @returns the seeds for `group_replication_group_seeds`, and how to close the gate.
 */
export async function openJoinGate(
  { awaited, seed, onOpen }: Way,
  { longestMs, heldMs }: Limits = usual,
): Promise<{ seeds: string[]; close: () => void }> {
  const openAtMs = monotonicMs() + longestMs;
  const lead = async (socket: Socket) => {
    const untilMs = monotonicMs() + heldMs;
    while (awaited().length > 0 && monotonicMs() < openAtMs) {
      if (socket.destroyed) return;
      if (monotonicMs() > untilMs) return socket.destroy();
      await delay(lookMs);
    }
    const away = awaited().join(", ");
    if (away) log(4, `${away} did not reach this node: commits may wait for it`);
    await onOpen();
    if (socket.destroyed) return;
    const onward = connect({ port: xcomPort, ...seed });
    onward.on("error", () => socket.destroy());
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    void lead(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const times = Math.ceil(longestMs / heldMs) + 1;
  const seeds = Array<string>(times).fill(`127.0.0.1:${port}`);
  return { seeds, close: () => server.close() };
}
