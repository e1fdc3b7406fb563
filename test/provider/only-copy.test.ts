import { describe, expect, it } from "vitest";
import { decide } from "../../host/supervisor/core/decide";
import { whyDoubted } from "../../host/supervisor/core/doubt";
import { savedFolder as hostFolder } from "../../host/supervisor/saved/files";
import { SaveGuard } from "../../host/supervisor/saved/save-guard";
import { onlyCopyIn, savedFolder, whyOnlyCopy } from "../../provider/only-copy";
import { certificate, member, outside, upTo, view } from "../host/supervisor/support/node-state";

const nodes = ["db-1", "db-2", "db-3"];
const why = (waiting: string) =>
  whyOnlyCopy({ saved: [], hasData: true, state: { waiting, member: { state: "OFFLINE" } } });

describe("what a database server has on its own", () => {
  it("is read from the lines of the host", () => {
    const output = 'saved 2026-1.json\nsaved 2026-1.sql\ndata\nstate {"waiting":"x","gtid":""}\n\n';
    expect(onlyCopyIn(output)).toEqual({
      ...{ saved: ["2026-1.json", "2026-1.sql"], hasData: true },
      state: { waiting: "x", gtid: "" },
    });
    expect(onlyCopyIn("\n")).toEqual({ saved: [], hasData: false, state: undefined });
  });

  it("is nothing on a member without saved files, nor on a server without data", () => {
    const state = { waiting: "", member: { state: "ONLINE" } };
    expect(whyOnlyCopy({ saved: [], hasData: true, state })).toEqual([]);
    expect(whyOnlyCopy({ saved: [], hasData: false, state: undefined })).toEqual([]);
    expect(why("the disk is nearly full")).toEqual([]);
  });

  it("is each file in the folder of the supervisor", () => {
    expect(savedFolder).toBe(hostFolder);
    const state = { waiting: "", member: { state: "ONLINE" } };
    expect(whyOnlyCopy({ saved: ["a.json", "a.sql"], hasData: true, state })).toEqual([
      `saved transactions in ${hostFolder}: a.json, a.sql`,
    ]);
  });

  it("is not known if the supervisor does not answer", () => {
    expect(whyOnlyCopy({ saved: [], hasData: true, state: undefined })).toEqual([
      expect.stringContaining("its supervisor does not answer"),
    ]);
  });
});

describe("a node waits with its data", () => {
  const primary = member("db-2", "PRIMARY", { lastView: view("db-2", 3), gtid: upTo(7) });

  it("if an operator must choose", () => {
    const doubter = outside("db-1", { lastView: view("db-1", 5) });
    expect(why(whyDoubted(doubter, primary))).toHaveLength(1);
  });

  it("if its transactions cannot be saved", async () => {
    const fails = () => Promise.reject(new Error("no space"));
    const states = () => [outside("db-1"), [primary]] as const;
    const guard = new SaveGuard("db-1", states, fails, () => Promise.resolve());
    await expect(guard.save({} as never, { donor: "db-2", reason: "" })).rejects.toThrow();
    const rebuild = { type: "rebuild", donor: "db-2", reason: "extra" } as const;
    const next = guard.next(rebuild, performance.now());
    expect(next).toMatchObject({ type: "wait" });
    expect(why((next as { reason: string }).reason)).toHaveLength(1);
  });

  it.each([
    ["another node becomes a copy first", { gtid: upTo(9) }],
    ["it was in a group without a certificate", { gtid: upTo(9), trustedGtid: upTo(5) }],
    ["it was the only node with data", { gtid: upTo(9), sole: true }],
  ])("if %s", (_, own) => {
    const agreed = { certificate: certificate(), highest: 100 };
    const self = outside("db-1", { ...agreed, ...own });
    const copied = outside("db-3", { cloneIncomplete: true });
    const alone = { ...primary, majority: true };
    const made = decide({ nodes, self, peers: [alone, copied] });
    expect(made).toMatchObject({ type: "wait" });
    expect(why((made as { reason: string }).reason)).toHaveLength(1);
  });
});
