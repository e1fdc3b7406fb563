import type { Lineage } from "./ancestor";

/** What this node is to do next. */
export type Decision =
  | { type: "nothing" }
  | { type: "join"; lineage: Lineage }
  | { type: "rebuild"; donor: string; reason: string }
  | { type: "bootstrap"; kind: FoundingKind; reason: string }
  /** `mayPass`: the reason may pass by itself; `cut`: what is written here until then does not count. */
  | { type: "leave"; reason: string; mayPass?: boolean; cut?: boolean }
  | { type: "handOver"; to: string; reason: string; ifItHangs: "kill" | "giveUp" }
  /** `instead`: what is to be done if it has waited for too long. */
  | { type: "wait"; reason: string; instead?: Decision };

/** By what right a group is founded; see `CertificateKind`. */
export type FoundingKind = "majority" | "first" | "sole" | "override";
