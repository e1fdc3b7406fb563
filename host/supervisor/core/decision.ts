import type { FoundingKind } from "./certificate";
import type { Lineage } from "./ancestor";

/** What this node does next. */
export type Decision =
  | { type: "nothing" }
  | { type: "join"; lineage: Lineage }
  | { type: "rebuild"; donor: string; reason: string }
  | { type: "bootstrap"; kind: FoundingKind; reason: string }
  /** Gives the group that this node is in a later certificate, by an operator's override. */
  | { type: "certify"; reason: string }
  /**
   * `mayPass`: the reason may go away by itself. `cut`: end all app sessions first, because writes here no
   * longer count. `madeByHand`: no node has a
   * certificate of the group, so the GTIDs of its transactions are given again.
   */
  | { type: "leave"; reason: string; mayPass?: boolean; cut?: boolean; madeByHand?: boolean }
  | { type: "handOver"; to: string; reason: string; ifItHangs: "kill" | "giveUp" }
  /** `instead`: the decision after too long a wait. */
  | { type: "wait"; reason: string; instead?: Decision };
