import { monotonicMs } from "../../time/monotonic";
import { setTimeout as delay } from "node:timers/promises";
import { JoinBarrier, openJoinGate } from "../xcom/join-gate";
import { xcomPort } from "../xcom/silent-hosts";
import { type Replication, startMember } from "./group";
import type { Mysql } from "../mysql";
import { announcedMs } from "../xcom/slot-filling";
import type { NodeState } from "../core/node-state";

/** Lead time between the announcement and the join, milliseconds, in which members begin to fill slots. */
const headStartMs = 300;
/** Pause between two announcements during the join, milliseconds. */
const againMs = announcedMs / 2;
/** How long the node announces itself, milliseconds. A longer start hangs, possibly for an hour. */
const longestMs = 20_000;

/** What a join depends on. */
export interface JoinOptions {
  /** Name of the node. */
  node: string;
  /**
   * True if this node may still be a member. The old membership ends first, which is a view change of its
   * own.
   */
  leaves: boolean;
  /** Current states of the peers. */
  peers: () => readonly NodeState[];
  /** Private IPv4 address of a node. */
  addressOf: (node: string) => string;
  /** Announces to the members that this node is about to join. */
  announce: () => void;
  /** True if the join waits until the members are about to hear this node; see {@link JoinBarrier}. */
  isHelped: boolean;
}

/**
 * Joins the group of the peers. With the XCom help, the join waits until the members are about to hear
 * this node (see {@link JoinBarrier}).
 */
export async function join(
  mysql: Mysql,
  replication: Replication,
  { node, leaves, peers, addressOf, announce, isHelped }: JoinOptions,
): Promise<void> {
  const online = peers().filter(({ member, majority }) => member?.state === "ONLINE" && majority);
  const [seed, ...others] = online.map((peer) => addressOf(peer.node));
  if (seed === undefined) throw new Error("no member of the group is reachable any more");
  const direct = [seed, ...others].map((address) => `${address}:${xcomPort}`);
  if (!isHelped) return startMember(mysql, replication, { seeds: direct });
  const awaited = new JoinBarrier(node, peers);
  const announced = async () => {
    announce();
    await delay(headStartMs);
  };
  let again: NodeJS.Timeout | undefined;
  const sayAgain = () => {
    const endMs = monotonicMs() + longestMs;
    return setInterval(() => monotonicMs() < endMs && announce(), againMs);
  };
  const onOpen = () => {
    again ??= sayAgain();
    return announced();
  };
  const gate = await openJoinGate({
    awaited: () => awaited.names(monotonicMs()),
    seed: { host: seed },
    onOpen,
  });
  // Filling slots costs processor time, which a starting MySQL needs: announce no earlier than necessary.
  if (leaves) await announced();
  try {
    await startMember(mysql, replication, { seeds: [...gate.seeds, ...direct] });
  } finally {
    clearInterval(again);
    gate.close();
  }
}
