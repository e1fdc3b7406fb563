import type { StackOutputs } from "../operate/outputs";

/** An event during a drill. */
export interface Mark {
  /** Time since the start of the watch, milliseconds. */
  atMs: number;
  /** One or two words, such as `fault`, `healed`, `moved`. */
  text: string;
}

/** Number of answers over time, in buckets of equal length from the start of the watch. */
export interface Series {
  /** Length of a bucket, milliseconds, such as 100. */
  stepMs: number;
  /** Number of successful answers in each bucket; as many buckets as in `failed`. */
  good: number[];
  /** Number of failed answers in each bucket. */
  failed: number[];
  marks: Mark[];
}

/** Measurements of one run of a drill. */
export interface Measured {
  /** Longest outage that a visitor saw, milliseconds. */
  outageMs: number;
  requests: number;
  failed: number;
  /** Moves of the floating IP, or changes of the primary. */
  moves: number;
  /** The hosts' calls to the API. @default not counted */
  apiCalls?: number;
  /** Acknowledged writes that are missing or doubled. */
  broken?: number;
  /** Bounds of the drill besides those of time, moves and failures that the run missed, as sentences. @default none */
  missed?: string[];
  /** Further observations. */
  notes?: string[];
  /** Answers over time. @default none: the run has no timeline */
  series?: Series;
}

/** One fault of the matrix as a drill. */
export interface Drill {
  /** Number in the fault matrix, such as `F5`. */
  id: string;
  title: string;
  /** Longest allowed outage, milliseconds; a longer one misses the bound. */
  boundMs: number;
  /** Smallest and largest allowed number of moves. */
  moves: readonly [number, number];
  /** Largest allowed number of failed requests; absent: all requests during the outage. */
  failed?: number;
  run: (outputs: StackOutputs) => Promise<Measured>;
}

/** A fault that the drills cannot show on this machine or this cloud. */
export interface NotShown {
  id: string;
  title: string;
  why: string;
}

/** True if a run was within the bounds of its drill. */
export function isWithin(drill: Drill, measured: Measured): boolean {
  const { outageMs, failed, moves, broken = 0, missed = [] } = measured;
  const [fewest, most] = drill.moves;
  return (
    broken === 0 &&
    missed.length === 0 &&
    outageMs <= drill.boundMs &&
    moves >= fewest &&
    moves <= most &&
    failed <= (drill.failed ?? Number.POSITIVE_INFINITY)
  );
}
