import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { NodeState } from "../core/node-state";
import { monotonicMs } from "../../time/monotonic";
import { xcomPort } from "./silent-hosts";
import { log } from "../log";

/**
 * How long the node waits for all members, milliseconds: two rounds of their reconnects. In the end these
 * come every ten seconds, at the same times if the members lost the node together; otherwise they may
 * never coincide.
 */
const allMs = 19_500;

/**
 * Decides which members a node waits for before it asks a seed to let it join. The caller calls {@link
 * names} repeatedly while it waits.
 *
 * The node waits for members that do not hear it: first for all of them, then only for the primary, which
 * orders all messages. If a member may be trying to connect, the node waits for one of its reconnect
 * times: a member that was trying is connected by then, and hears the node at the following one. A member
 * that was not trying connects once the node joins, and hears it at its next reconnect time.
 */
export class JoinBarrier {
  private beganAtMs: number | undefined;
  private readonly listened = new Set<string>();
  private readonly looked = new Set<string>();

  /**
   * @param node name of the joining node.
   *
   * @param peers current states of the peers.
   */
  constructor(
    private readonly node: string,
    private readonly peers: () => readonly NodeState[],
  ) {}

  /** Names of the members that the node has to wait for now. */
  names(nowMs: number): string[] {
    this.beganAtMs ??= nowMs;
    const waitsForAll = nowMs - this.beganAtMs < allMs;
    return this.peers()
      .filter((peer) => peer.connectingTo.includes(this.node) || this.holdsUp(peer, waitsForAll))
      .map((peer) => peer.node);
  }

  private holdsUp(peer: NodeState, waitsForAll: boolean): boolean {
    const isDeaf = peer.notReading.includes(this.node);
    if (!isDeaf) this.listened.add(peer.node);
    else if (this.listened.has(peer.node)) this.looked.add(peer.node);
    const waits =
      isDeaf || (peer.maybeConnectingTo.includes(this.node) && !this.looked.has(peer.node));
    return waits && (waitsForAll || isPrimary(peer));
  }
}

/** While a member's MySQL does not answer, its last view tells whether it is the primary. */
function isPrimary({ node, member, lastView }: NodeState): boolean {
  return member ? member.role === "PRIMARY" : lastView?.primary === node;
}

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
const checkMs = 50;

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
      await delay(checkMs);
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
