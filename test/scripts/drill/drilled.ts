import type { Drill, Measured } from "../../../scripts/drill/drill";
import type { Drilled } from "../../../scripts/drill/report";

/** A run that was within the bounds of {@link drilled}'s drill. */
export function measured(different: Partial<Measured> = {}): Measured {
  return { outageMs: 800, requests: 400, failed: 12, moves: 1, ...different };
}

/** A drill of one good run. */
export function drilled(
  different: Partial<Omit<Drilled, "drill">> & { drill?: Partial<Drill> } = {},
): Drilled {
  const { drill, ...rest } = different;
  const usual: Drill = {
    id: "F5",
    title: "active node loses power",
    boundMs: 3_000,
    moves: [1, 1],
    run: () => Promise.reject(new Error("a fixture is not run")),
  };
  return { runs: [measured()], errors: [], ...rest, drill: { ...usual, ...drill } };
}
