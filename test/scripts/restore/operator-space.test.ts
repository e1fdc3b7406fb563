import { describe, expect, it } from "vitest";
import { checkOperatorSpace } from "../../../scripts/restore/operator-space";
import { aged } from "../prune/fake-history";

const gb = 1e9;
/** A plan with a base of 20 GB and two segments of 2 GB each. */
function planned() {
  const { bases, links } = aged(2).found();
  const base = { ...bases[0]!, plainBytes: 20 * gb };
  const two = links.slice(0, 2).map(({ link }) => ({
    ...link!,
    segment: { ...link!.segment!, plainBytes: 2 * gb },
  }));
  return { base, links: two };
}
const disk = (free: number) => () => ({ bavail: free / 4_096, bsize: 4_096 });

describe("the disk of a restore", () => {
  it("must have room for the data and the log, which is said before anything is fetched", () => {
    expect(() => checkOperatorSpace("/r", planned(), disk(24.9 * gb))).toThrow(
      "a restore needs 25.0 GB free on the disk of /r (20.0 GB of data, 4.0 GB of log, and 1.0 GB), got 24.9 GB; free space there, or restore on a machine with a larger disk",
    );
  });

  it("is enough with exactly that", () => {
    expect(() => checkOperatorSpace("/r", planned(), disk(25.1 * gb))).not.toThrow();
  });
});
