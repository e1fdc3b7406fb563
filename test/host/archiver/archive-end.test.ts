import { describe, expect, it } from "vitest";
import { awaitEnd, checkFollows } from "../../../host/archiver/base/checks";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const looks = { pauseMs: 1, count: 3 };
const tip = { knowsEnd: true, link: 41, archived: `${uuid}:1-90` };
/** What a node says between its decision to archive and its first read of the chain. */
const standby = { knowsEnd: false, link: 0, archived: `${uuid}:1-80` };

/** The values one after the other, the last one for good. */
const each = <T>(...values: T[]) => {
  let i = 0;
  return () => values[Math.min(i++, values.length - 1)]!;
};

describe("a base", () => {
  it("waits for the end of the archive, and takes the link from there", async () => {
    const executed = async () => `${uuid}:1-95`;
    expect(await awaitEnd(each(standby, standby, tip), executed, looks)).toEqual(tip);
  });

  it("is not begun while the archiver has not read the end of the archive", async () => {
    const begun = awaitEnd(each(standby), async () => `${uuid}:1-95`, looks);
    await expect(begun).rejects.toThrow(
      "the archiver of this node has not read the end of the archive yet; the archiver asks",
    );
  });

  it("waits for a MySQL that lacks archived transactions, and is not begun without them", async () => {
    const late = each(`${uuid}:1-88`, `${uuid}:1-90`);
    expect(
      await awaitEnd(
        () => tip,
        async () => late(),
        looks,
      ),
    ).toEqual(tip);
    const begun = awaitEnd(
      () => tip,
      async () => `${uuid}:1-88`,
      looks,
    );
    await expect(begun).rejects.toThrow(
      `the data of this node lacks ${uuid}:89-90, which link 41 or one before it has`,
    );
  });

  it("may follow an empty chain, and have more than is archived", async () => {
    const empty = { knowsEnd: true, link: 0, archived: "" };
    expect(
      await awaitEnd(
        () => empty,
        async () => "",
        looks,
      ),
    ).toEqual(empty);
    expect(() => checkFollows(tip, `${uuid}:1-99`)).not.toThrow();
  });

  it("is refused if the copy lacks what its link has", () => {
    expect(() => checkFollows(tip, `${uuid}:1-89`)).toThrow(`lacks ${uuid}:90`);
  });
});
