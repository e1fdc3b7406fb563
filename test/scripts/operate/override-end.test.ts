import { describe, expect, it } from "vitest";
import type { DatabaseState } from "../../../scripts/operate/databases";
import { epochOf, waitForOverride } from "../../../scripts/operate/override-end";
import { outside } from "./support/override-stack";

/** The last member of a group that nobody confirms, before an override of it, and what it becomes. */
const unconfirmed = outside({
  ...{ majority: true, member: { state: "ONLINE", role: "PRIMARY" }, certificate: { epoch: 7 } },
  ...{ servesWrites: false, noWrites: "1 of 3 nodes confirm it, and 2 must" },
});
const founded = { ...unconfirmed, certificate: { epoch: 9 }, servesWrites: true, noWrites: "" };

/** Waits for an override of db-1, which reports these states one after the other, the last one for good. */
function waited(reported: DatabaseState[], isSent: boolean[] = [true], longestMs = 50) {
  const next = <T>(list: T[]) => (list.length > 1 ? list.shift()! : list[0]!);
  return waitForOverride(
    "db-1",
    7,
    {
      states: async () => new Map([["db-1", next(reported)]]),
      isSentTo: async () => next(isSent),
    },
    longestMs,
  );
}

describe("the end of an override", () => {
  it("is not that the node is the primary, which it was before", async () => {
    await expect(waited([unconfirmed])).rejects.toThrow(
      "no node takes writes, and db-1 waits for: 1 of 3 nodes confirm it, and 2 must, 0.05 s after the order; " +
        "see: npm run db:status",
    );
  });

  it("is that the node takes writes with a later epoch, and that a proxy sends it some", async () => {
    await expect(waited([founded])).resolves.toBeUndefined();
    await expect(waited([unconfirmed, founded], [false, true], 5_000)).resolves.toBeUndefined();
    await expect(waited([founded], [false])).rejects.toThrow("no app node sends it any");
  });

  it("is not that the others came back and confirm the former group", async () => {
    const confirmed = { ...unconfirmed, servesWrites: true, noWrites: "" };
    await expect(waited([confirmed])).rejects.toThrow("the order was not carried out");
  });

  it("counts a later epoch alone for a supervisor that does not report writes", async () => {
    const { majority, member, certificate } = founded;
    const earlier = outside({ majority, member, certificate });
    await expect(waited([earlier])).resolves.toBeUndefined();
    const before = { ...earlier, certificate: { epoch: 7 } };
    await expect(waited([before])).rejects.toThrow("the order was not carried out");
  });

  it("is a first epoch where there was none", () => {
    expect(epochOf(new Map([["db-1", undefined]]), "db-1")).toBe(0);
    expect(epochOf(new Map([["db-1", outside({ certificate: null })]]), "db-1")).toBe(0);
    expect(epochOf(new Map([["db-1", founded]]), "db-1")).toBe(9);
  });
});
