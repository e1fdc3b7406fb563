import { monotonicMs } from "../../time/monotonic";
import { setTimeout as delay } from "node:timers/promises";
import { JoinBarrier } from "../xcom/join-barrier";
import { xcomPort } from "../xcom/fast-refusal";
import { openJoinGate } from "../xcom/join-gate";
import { type Replication, startMember } from "./group";
import type { Mysql } from "../mysql";
import { announcedMs } from "../xcom/slot-filling";
import type { NodeState } from "../core/node-state";

/** Time from the word that a member comes until it does, milliseconds: to begin to fill places. */
const headStartMs = 300;
/** Time between two such words while it comes in, milliseconds. */
const againMs = announcedMs / 2;
/** How long it says so, milliseconds: a start that takes longer hangs, which may last for an hour. */
const longestMs = 20_000;

/** What a node knows of the group that it joins. */
export interface Joined {
  /** Name of the node. */
  node: string;
  /** True if it may still be a member, which ends first: a change of the group of its own. */
  leaves: boolean;
  /** What the peers say. */
  peers: () => readonly NodeState[];
  /** Private IPv4 address of a node. */
  addressOf: (node: string) => string;
  /** Tells the members that it is about to come in. */
  announce: () => void;
  /** True if it is to wait until the members are about to hear it. */
  isHelped: boolean;
}

/**
 * Joins the group that peers are in; with the help for XCom once they are about to hear this node (see
 * {@link JoinBarrier}).
 */
export async function join(
  mysql: Mysql,
  replication: Replication,
  { node, leaves, peers, addressOf, announce, isHelped }: Joined,
): Promise<void> {
  const online = peers().filter(({ member, majority }) => member?.state === "ONLINE" && majority);
  const [seed, ...others] = online.map((peer) => addressOf(peer.node));
  if (seed === undefined) throw new Error("no member of the group can be seen any more");
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
  // To fill places costs processor time, of which a start takes much: not earlier than is needed.
  if (leaves) await announced();
  try {
    await startMember(mysql, replication, { seeds: [...gate.seeds, ...direct] });
  } finally {
    clearInterval(again);
    gate.close();
  }
}
