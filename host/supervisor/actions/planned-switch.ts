import { setTimeout as delay } from "node:timers/promises";
import type { NodeState } from "../core/node-state";
import { log } from "../log";
import type { Mysql } from "../mysql";
import { setPrimary } from "./group";
import { IdleSessions } from "./idle-sessions";

/**
 * Longest announcement, milliseconds: the waits below, a switch that hangs, and the time until the loss of the role is
 * seen. Proxies send the node no new sessions meanwhile.
 */
const longestMs = 16_000;
/**
 * Longest change of the primary, milliseconds: as long as an operator waits. MySQL continues a change that takes
 * longer.
 */
const switchMs = 12_000;
/** Longest wait until all proxies have checked this node, milliseconds; each proxy checks every 500 ms. */
const askedMs = 700;
/** Time for a proxy to process its answer, and for a client that has just connected to write, milliseconds. */
const settledMs = 60;
/** Pause between two searches for idle sessions, milliseconds: while some are spared, and once none is. */
const searchMs = { sparing: 20, atOnce: 5 };
/** Number of first searches that spare sessions which have just run a statement. */
const sparingSearches = 5;
/** Longest time in which sessions are ended before the switch, milliseconds. */
const endingMs = 250;
/** Longest wait for the poll that shows the loss of the role, milliseconds; a busy node polls late. */
const seenMs = 3_000;

/** Longest time until a request is answered, milliseconds. */
export const longestSwitchMs = askedMs + settledMs + endingMs + switchMs + seenMs + 1_000;

/** Answer to the request for a planned switch. */
export interface SwitchAnswer {
  /** HTTP status: 200 once the chosen member is the primary, 409 if the request is refused, 502 if MySQL failed. */
  status: 200 | 409 | 502;
  /** Name of the new primary, or the reason against it. */
  body: { to: string } | { refusal: string };
}

/** What a {@link PlannedSwitch} needs. */
export interface PlannedSwitchTools {
  /** Opens a session of MySQL of its own. */
  session: () => Pick<Mysql, "query" | "abandon">;
  /** State of this node at the last poll; undefined if that poll is stale. */
  self: () => NodeState | undefined;
  peers: () => readonly NodeState[];
  /** Private IPv4 address of a node. */
  addressOf: (node: string) => string;
  /** True if every proxy that checks roles has checked this node since that time of the monotonic clock. */
  allAskedSince: (sinceMs: number) => boolean;
  nowMs: () => number;
  /** @default the time of the machine */
  pause?: (ms: number) => Promise<unknown>;
}

/**
 * Hands the primary role over on request. Before the switch the proxies send no new sessions to this node, and idle
 * sessions of the app end, so that writes wait in the proxies for the new primary.
 */
export class PlannedSwitch {
  private untilMs = -Infinity;
  private isUnderWay = false;
  private readonly pause: (ms: number) => Promise<unknown>;

  constructor(private readonly tools: PlannedSwitchTools) {
    this.pause = tools.pause ?? delay;
  }

  /** True while proxies should send no new sessions to this node. */
  isAnnounced(): boolean {
    return this.tools.nowMs() < this.untilMs;
  }

  /** Carries out a request of root on this host: `{"to": "db-2"}`, or nothing for any member. */
  async request(body: unknown): Promise<SwitchAnswer> {
    if (this.isUnderWay) return refused("a switch is under way");
    const self = this.tools.self();
    if (!self) return refused("MySQL does not answer");
    if (!isServing(self)) return refused(`${self.node} is not the primary of a majority`);
    const wanted = (body as { to?: unknown } | undefined)?.to;
    if (wanted !== undefined && typeof wanted !== "string") return refused("to must name a node");
    const to = this.chosenMember(self, wanted);
    if (to === undefined) return refused("no such member is ONLINE and could be the primary");
    this.isUnderWay = true;
    this.untilMs = this.tools.nowMs() + longestMs;
    try {
      return await this.carryOut(to);
    } finally {
      this.untilMs = -Infinity;
      this.isUnderWay = false;
    }
  }

  private chosenMember(self: NodeState, wanted: string | undefined): string | undefined {
    const able = this.tools
      .peers()
      .filter(({ node, ready, member, diskFull, majority, groupId }) => {
        const isSecondary = member?.state === "ONLINE" && member.role === "SECONDARY";
        const isOfGroup = groupId === self.groupId && self.members.includes(node);
        return ready && isSecondary && isOfGroup && majority && !diskFull;
      });
    // The member with the fastest disk comes first; among equal disks, the member with the newest data.
    able.sort((a, b) => a.commitMs - b.commitMs || a.dataAgeMs - b.dataAgeMs);
    return able.map(({ node }) => node).find((node) => wanted === undefined || node === wanted);
  }

  private async carryOut(to: string): Promise<SwitchAnswer> {
    const { nowMs, allAskedSince, session, addressOf } = this.tools;
    const begunMs = nowMs();
    log(5, `handing the primary role over to ${to}, as requested`);
    await this.waitUntil(() => allAskedSince(begunMs), askedMs);
    await this.pause(settledMs);
    const [switching, ending] = [session(), session()];
    const sessions = new IdleSessions(ending);
    let isOver = false;
    // A session that was not ended costs the app one error after the switch, and nothing else.
    const endIdle = async (atOnce: boolean) => {
      const left = await sessions.end(atOnce).catch((error: Error) => {
        log(4, `cannot end idle sessions: ${error.message}`);
        return 0;
      });
      await this.pause(atOnce ? searchMs.atOnce : searchMs.sparing);
      return left;
    };
    const keepEnding = async () => {
      while (!isOver) await endIdle(true);
    };
    try {
      const endMs = nowMs() + endingMs;
      for (let search = 0; nowMs() < endMs; search += 1) {
        if ((await endIdle(search >= sparingSearches)) === 0) break;
      }
      const kept = keepEnding();
      try {
        await setPrimary(switching, addressOf(to), "giveUp", () => false, switchMs);
        await this.waitUntil(() => this.hasLostRole(), seenMs);
      } finally {
        isOver = true;
        await kept;
      }
      log(5, `${to} is the primary after ${nowMs() - begunMs} ms`);
      return { status: 200, body: { to } };
    } catch (error) {
      log(3, `cannot hand over to ${to}: ${(error as Error).message}`);
      return { status: 502, body: { refusal: (error as Error).message } };
    } finally {
      for (const one of [switching, ending]) one.abandon("the switch is over");
    }
  }

  /** True once a poll shows that this node is not the primary any more; a stale poll shows nothing. */
  private hasLostRole(): boolean {
    const self = this.tools.self();
    return self !== undefined && self.member?.role !== "PRIMARY";
  }

  private async waitUntil(holds: () => boolean, longestWaitMs: number): Promise<void> {
    const endMs = this.tools.nowMs() + longestWaitMs;
    while (!holds() && this.tools.nowMs() < endMs) await this.pause(10);
  }
}

function isServing({ member, majority, members }: NodeState): boolean {
  return member?.state === "ONLINE" && member.role === "PRIMARY" && majority && members.length > 1;
}

function refused(refusal: string): SwitchAnswer {
  return { status: 409, body: { refusal } };
}
