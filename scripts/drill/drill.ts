import type { StackOutputs } from "../operate/outputs";

/** Something that happened while a drill was watched. */
export interface Mark {
  /** Time since the start of the watch, milliseconds. */
  atMs: number;
  /** One or two words, such as `fault`, `healed`, `moved`. */
  text: string;
}

/** Answers over time, counted in buckets of equal length from the start of the watch. */
export interface Series {
  /** Length of a bucket, milliseconds, such as 100. */
  stepMs: number;
  /** Good answers that ended in each bucket; as many buckets as in `failed`. */
  good: number[];
  /** Failed ones. */
  failed: number[];
  marks: Mark[];
}

/** What a drill measured in one run. */
export interface Measured {
  /** Longest outage that a visitor saw, milliseconds. */
  outageMs: number;
  requests: number;
  failed: number;
  /** Moves of the floating IP, or changes of the primary. */
  moves: number;
  /** Calls to the API that the hosts made. @default not counted. */
  apiCalls?: number;
  /** Acknowledged writes that are missing or doubled. */
  broken?: number;
  /** What was seen besides. */
  notes?: string[];
  /** Answers over time. @default none: the run has no timeline. */
  series?: Series;
}

/** One fault of the matrix as a drill. */
export interface Drill {
  /** Number in the fault matrix, such as `F5`. */
  id: string;
  title: string;
  /** Longest outage that is allowed, milliseconds; what lasts longer misses the bound. */
  boundMs: number;
  /** Fewest and most moves that are right. */
  moves: readonly [number, number];
  /** Most requests that may fail; absent: as many as the outage takes. */
  failed?: number;
  run: (outputs: StackOutputs) => Promise<Measured>;
}

/** A fault that this machine, or this cloud, cannot show. */
export interface NotShown {
  id: string;
  title: string;
  why: string;
}

/** True if a run was within the bounds of its drill. */
export function isWithin(drill: Drill, measured: Measured): boolean {
  const { outageMs, failed, moves, broken = 0 } = measured;
  const [fewest, most] = drill.moves;
  return (
    broken === 0 &&
    outageMs <= drill.boundMs &&
    moves >= fewest &&
    moves <= most &&
    failed <= (drill.failed ?? Number.POSITIVE_INFINITY)
  );
}
