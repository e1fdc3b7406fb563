import type { NodeState } from "../core/node-state";

/**
 * A view change takes effect after twenty more slots in XCom's message order. XCom fills slots with
 * pending messages, or with empty ones for which it waits twice some tenths of a second; nothing is
 * committed meanwhile. (`setup_exit_handling` and `find_value` of `xcom_base.cc`, MySQL 9.7: an event
 * horizon of 10, twice.) A site with many concurrent writers fills the slots by itself; on other sites the
 * supervisor does.
 */

/** How long slots are filled after a view change, milliseconds. */
const afterViewMs = 1_000;
/**
 * How long slots are filled after a switch, milliseconds: the former primary may leave 2 s later, to be
 * restarted. The former primary itself fills none: a message in flight when its member leaves is never
 * delivered, and MySQL's stop then waits for 50 s (`TRANSACTION_KILL_TIMEOUT` of Group Replication).
 */
const afterSwitchMs = 4_000;
/**
 * How long slots are filled after a join or leave was announced, milliseconds; the request follows within
 * some tenths.
 */
export const announcedMs = 4_000;
/** How long a member fills no slots before it leaves, milliseconds: see {@link afterSwitchMs}. */
const leavingMs = 15_000;
/** Longest regular time until a lost secondary is removed, milliseconds; after that something is wrong. */
const lossMs = 5_000;

/** The group as one member sees it. */
export interface GroupView {
  /** View id, which changes with each join or leave; empty outside a group. */
  viewId: string;
  /** Name of the primary; empty if there is none. */
  primary: string;
  /** Names of the unreachable members. */
  unreachable: readonly string[];
}

/** The group view of a node outside any group. */
export const noGroup: GroupView = { viewId: "", primary: "", unreachable: [] };

/** Decides when a member fills slots. */
export class SlotFilling {
  private groupView: GroupView | undefined;
  private untilMs = Number.NEGATIVE_INFINITY;
  private lostAtMs: number | undefined;
  private heldUntilMs = Number.NEGATIVE_INFINITY;

  /** A member is about to join or to leave. */
  announce(nowMs: number): void {
    this.until(nowMs + announcedMs);
  }

  /** This member is about to leave. */
  leave(nowMs: number): void {
    this.heldUntilMs = nowMs + leavingMs;
  }

  /**
   * True while slots are to be filled. Never while the primary is unreachable, because it orders all
   * messages: the wait would only move to later messages.
   */
  next(self: NodeState, groupView: GroupView, nowMs: number): boolean {
    const isMember = self.ready && self.member?.state === "ONLINE" && self.majority;
    const before = this.groupView;
    this.groupView = isMember ? groupView : undefined;
    if (!isMember) this.heldUntilMs = Number.NEGATIVE_INFINITY;
    if (!isMember || nowMs < this.heldUntilMs) return false;
    // The announced change has happened.
    if (before && before.viewId !== groupView.viewId) this.untilMs = nowMs + afterViewMs;
    else if (before && before.primary !== groupView.primary && before.primary !== self.node) {
      this.until(nowMs + afterSwitchMs);
    }
    this.lostAtMs = groupView.unreachable.length === 0 ? undefined : (this.lostAtMs ?? nowMs);
    if (this.lostAtMs === undefined) return nowMs < this.untilMs;
    return self.member?.role === "PRIMARY" && nowMs - this.lostAtMs < lossMs;
  }

  private until(ms: number): void {
    this.untilMs = Math.max(this.untilMs, ms);
  }
}
