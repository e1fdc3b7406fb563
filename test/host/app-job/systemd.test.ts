import { describe, expect, it } from "vitest";
import { latestDue } from "../../../host/app-job/systemd";

/** What systemd 262 prints for two events, with `TZ=UTC`. */
const printed = `Normalized form: *-*-* *:*:00 UTC
    Next elapse: Sat 2026-11-28 16:57:00 UTC
       From now: 2min ago
   Iteration #2: Sat 2026-11-28 16:58:00 UTC
       From now: 1min ago
   Iteration #3: Sat 2026-11-28 16:59:00 UTC
       From now: 1s left

  Original form: Mon *-*-* 10:00:00 UTC
Normalized form: Mon *-*-* 10:00:00 UTC
    Next elapse: Mon 2026-11-30 10:00:00 UTC
       From now: 1 day 17h left
`;
const at = (time: string) => Date.parse(`2026-11-28T${time}Z`);

describe("when a job was due", () => {
  it("is the latest moment that has come, and the same whenever a node asks", () => {
    expect(latestDue(printed, at("16:58:00"))).toBe(at("16:58:00"));
    expect(latestDue(printed, at("16:58:59.999"))).toBe(at("16:58:00"));
    expect(latestDue(printed, at("16:59:00"))).toBe(at("16:59:00"));
  });

  it("is nothing if it was not due for a while", () => {
    expect(latestDue(printed, at("16:56:59"))).toBeUndefined();
    expect(latestDue("Next elapse: never\n", at("16:56:59"))).toBeUndefined();
  });

  it("is not taken from what was asked", () => {
    const asked =
      "  Original form: 2026-11-28 16:58:00 UTC junk\nNormalized form: 2026-11-28 16:58:00\n";
    expect(latestDue(asked, at("17:00:00"))).toBeUndefined();
  });
});
