import type { NodeState } from "../core/node-state";

/**
 * A change of the group takes effect after twenty more places in the order of its messages. XCom
 * fills them with messages that are there, or with empty ones of its own, for which it waits twice
 * for some tenths of a second; as long nothing is committed. (`setup_exit_handling` and `find_value`
 * of `xcom_base.cc`, MySQL 9.7: an event horizon of 10, twice.) A site with many writers at a time
 * fills them by itself, one with few is helped.
 */

/** How long the places after a change of the view are filled, milliseconds. */
const afterViewMs = 1_000;
/**
 * As long after a switch: the former primary may leave 2 s later, to be restarted. It fills none: a
 * message that is under way when its member leaves is never delivered, and MySQL's stop then waits
 * for 50 s (`TRANSACTION_KILL_TIMEOUT` of Group Replication).
 */
const afterSwitchMs = 4_000;
/** As long after a word that a member comes or leaves: it asks for that within some tenths. */
export const announcedMs = 4_000;
/** How long a member fills none before it leaves itself, milliseconds: see {@link afterSwitchMs}. */
const leavingMs = 15_000;
/** Longest time for which a lost secondary is not removed, milliseconds; then something is wrong. */
const lossMs = 5_000;

/** The group as one member sees it. */
export interface GroupView {
  /** Id of the view, which each coming and going of a member changes; empty outside. */
  viewId: string;
  /** Who is the primary; empty if nobody is. */
  primary: string;
  /** Names of the members that cannot be reached. */
  unreachable: readonly string[];
}

/** What is seen outside of any group. */
export const noGroup: GroupView = { viewId: "", primary: "", unreachable: [] };

/** Says when a member is to fill places. */
export class SlotFilling {
  private groupView: GroupView | undefined;
  private untilMs = Number.NEGATIVE_INFINITY;
  private lostAtMs: number | undefined;
  private heldUntilMs = Number.NEGATIVE_INFINITY;

  /** A member is about to come or to leave. */
  announce(nowMs: number): void {
    this.until(nowMs + announcedMs);
  }

  /** This member is about to leave. */
  leave(nowMs: number): void {
    this.heldUntilMs = nowMs + leavingMs;
  }

  /**
   * True while places are to be filled. Never while the primary is silent, through whom all
   * messages go: the time that they then take would count for later ones.
   */
  next(self: NodeState, groupView: GroupView, nowMs: number): boolean {
    const isMember = self.ready && self.member?.state === "ONLINE" && self.majority;
    const before = this.groupView;
    this.groupView = isMember ? groupView : undefined;
    if (!isMember) this.heldUntilMs = Number.NEGATIVE_INFINITY;
    if (!isMember || nowMs < this.heldUntilMs) return false;
    // What was announced has come about.
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
