import { describe, expect, it } from "vitest";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { step } from "./support";

const path = "/etc/webstack/archiver.json";
const place = { target: { bucket: "one" }, publicKey: "age1a" };

/** The preview of an edit of the archiver's settings on a database node. */
function judged(before: object, after: object) {
  const services = [
    { unit: "webstack-archiver.service", needs: [], reloadFiles: [], restartFiles: [path] },
  ];
  const side = (value: object) => ({ files: { [path]: JSON.stringify(value) }, services });
  const sides = { before: side(before), after: side(after), changed: [`files["${path}"]`] };
  const edit = step("update", "db-1-configuration", "host:index:Configuration", sides);
  return previewOf(planOf([edit]), { stack: "dev" });
}

describe("backups", () => {
  it("are careful to another place, or under another key: their history breaks", () => {
    const moved = judged(place, { ...place, target: { bucket: "two" } });
    expect([moved.verdict, moved.reasons]).toEqual([
      "careful",
      [
        "backups go to another place, and those at the former one stay there; " +
          "the next base begins a history of its own, and a restore to before it needs both",
      ],
    ]);
    const key = { ...place, target: { bucket: "one", accessKeyId: "other" } };
    expect(judged(place, key).verdict).toBe("safe");
    expect(judged(place, { ...place, publicKey: "age1b" }).verdict).toBe("careful");
    expect(judged(place, { ...place, dumpOn: "monday" }).verdict).toBe("safe");
  });

  it("are careful if fewer are kept, though no host changes", () => {
    const kept = (from: string, to: string) => {
      const settings = [{ key: "webstack:backups.retention.daily", from, to }];
      return previewOf(planOf([]), { stack: "dev", settings });
    };
    const { verdict, reasons } = kept("14", "7");
    expect([verdict, reasons]).toEqual([
      "careful",
      ["backups.retention.daily goes from 14 to 7: the next backups:prune may delete more"],
    ]);
    expect(kept("nothing", "7").verdict).toBe("careful");
    expect(kept("7", "14").verdict).toBe("safe");
  });
});
