import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { xcomPort } from "./fence";
import { connectedFrom } from "./links";
import { say } from "./say";

/** Time between two looks at who is connected, milliseconds. */
const lookMs = 50;
/** Longest wait for the members, milliseconds: XCom tries again after ten seconds at most. */
const longestMs = 12_000;
/**
 * How long one connection is held, milliseconds: MySQL gives a seed up that takes three seconds for
 * its handshake (seen, MySQL 9.7). It logs that as an error and takes the next seed.
 */
const heldMs = 2_500;
/** How often the gate stands in the list of seeds: enough for the longest wait. */
const times = Math.ceil(longestMs / heldMs) + 1;
/** Time from a word that a member comes or leaves until it does, milliseconds: to begin to fill places. */
export const headStartMs = 300;

/** Where the gate leads to. */
export interface Way {
  /** IPv4 addresses of members that must be connected to this node before; may be empty. */
  awaited: readonly string[];
  /** IPv4 address of the member that is asked to let this node in. */
  seed: string;
  /** Called shortly before the member is asked. */
  onOpen: () => void;
}

/** Where things are; another place in tests. */
export interface Surroundings {
  /** IPv4 addresses of those that are connected to this node. */
  connected: () => Promise<string[]>;
  seedPort: number;
  longestMs: number;
  heldMs: number;
}

const real: Surroundings = {
  connected: () => connectedFrom(xcomPort),
  seedPort: xcomPort,
  longestMs,
  heldMs,
};

/**
 * A seed of the group on this machine that leads to another one, but only once the members were
 * connected to this node. MySQL listens to them before it asks its first seed to be let in. From the
 * moment it counts as there until all members are connected to it the group delivers nothing: they
 * exchange their states first. One that tried in vain while this node was away tries again seconds
 * later; one that was connected connects again at once.
 *
 * @returns the seeds for `group_replication_group_seeds`, and how to close the gate.
 */
export async function openGate(
  { awaited, seed, onOpen }: Way,
  { connected, seedPort, longestMs, heldMs }: Surroundings = real,
): Promise<{ seeds: string[]; close: () => void }> {
  const missing = new Set(awaited);
  const openAtMs = Date.now() + longestMs;
  const lead = async (socket: Socket) => {
    const heldSinceMs = Date.now();
    while (missing.size > 0 && Date.now() < openAtMs) {
      for (const address of await connected()) missing.delete(address);
      if (socket.destroyed) return;
      if (Date.now() - heldSinceMs > heldMs) return socket.destroy();
      if (missing.size > 0) await delay(lookMs);
    }
    if (missing.size > 0) say(4, `${[...missing].join(", ")} did not connect: commits may wait`);
    onOpen();
    await delay(headStartMs);
    if (socket.destroyed) return;
    const onward = connect({ host: seed, port: seedPort });
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
  const seeds = Array<string>(times).fill(`127.0.0.1:${port}`);
  return { seeds, close: () => server.close() };
}
