import { monotonicMs } from "../../time/monotonic";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { xcomPort } from "./fast-refusal";
import { log } from "../log";

/** Timeouts of a gate, milliseconds; replaced in tests. */
export interface GateLimits {
  /**
   * Longest wait. XCom reconnects after at most ten seconds and reads after ten more; then the primary
   * alone is awaited for another ten. MySQL gives up after a minute.
   */
  longestMs: number;
  /**
   * How long one connection is held. MySQL gives up a seed whose handshake takes three seconds (seen,
   * MySQL 9.7), logs an error and tries the next seed.
   */
  heldMs: number;
}

const usual: GateLimits = { longestMs: 30_000, heldMs: 2_800 };
/** Pause between two checks for awaited members, milliseconds. */
const lookMs = 50;

/** Target of a gate. */
export interface GateTarget {
  /** Names of the members that this node has to wait for. */
  awaited: () => readonly string[];
  /** Member that lets this node join: IPv4 address and XCom port. */
  seed: { host: string; port?: number };
  /** Called before the gate forwards to the member; the gate waits for the result. */
  onOpen: () => Promise<void> | void;
}

/**
 * Opens a local seed that forwards to a member of the group, but only once the members are about to hear
 * this node (see `JoinBarrier`). MySQL starts listening before it asks its first seed. From the moment
 * that the node counts as a member until all members talk to it, the group delivers no messages, because
 * the members first exchange their states.
 *
 * @returns the seeds for `group_replication_group_seeds`, and a function that closes the gate.
 */
export async function openJoinGate(
  { awaited, seed, onOpen }: GateTarget,
  { longestMs, heldMs }: GateLimits = usual,
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
    if (away)
      log(4, `${away} did not connect to this node in time: commits may wait while it joins`);
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
