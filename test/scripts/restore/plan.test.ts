import { describe, expect, it } from "vitest";
import { type Base, type Link, sha256 } from "../../../host/archiver/chain/manifest";
import { plan, type ReadLink } from "../../../scripts/restore/plan";
import { checked, gapsBetween } from "../../../scripts/restore/read-chain";
import { microsecondsOf } from "../../../scripts/restore/target";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const at = (time: string) => microsecondsOf(`2026-11-28T${time}Z`);

function base(id: string, last: number, link: number): Base {
  const shared = { parts: [], bytes: 10, plainBytes: 20, node: "db-2", mysql: "9.7.4" };
  return { version: 1, id, gtids: `${uuid}:1-${last}`, link, ...shared };
}

/** Link `number` with ten transactions of one minute: the first of 12:01 has 1 to 10. */
function link(number: number, more: Partial<Link> = {}): ReadLink {
  const [from, to] = [number * 10 - 9, number * 10];
  const minute = String(number).padStart(2, "0");
  const times = { fromUs: at(`12:${minute}:00`), toUs: at(`12:${minute}:59.5`) };
  const sums = { sha256: "", bytes: 5, plainBytes: 9 };
  const segment = { key: `k${number}`, gtids: `${uuid}:${from}-${to}`, ...sums, ...times };
  const shared = { version: 1 as const, number, previous: "", node: "db-2", mysql: "9.7.4" };
  return {
    number,
    fault: "",
    link: { ...shared, segment, archived: `${uuid}:1-${to}`, ...more },
  };
}

const bases = [base("20261128T120030Z", 2, 0), base("20261128T120330Z", 35, 3)];
const links = [1, 2, 3, 4, 5, 6].map((number) => link(number));
const numbers = (made: ReturnType<typeof plan>) => made.links.map(({ number }) => number);

describe("the plan of a restore", () => {
  it("to the latest takes the newest base and all that follows", () => {
    const made = plan(bases, links, { kind: "latest" });
    expect([made.base.id, numbers(made), made.faults]).toEqual([bases[1]!.id, [4, 5, 6], []]);
    expect(made.bytes).toBe(25);
  });

  it("to a time takes a base from before it, and links up to it", () => {
    const later = plan(bases, links, { kind: "time", us: at("12:05:10") });
    expect([later.base.id, numbers(later)]).toEqual([bases[1]!.id, [4, 5]]);
    const earlier = plan(bases, links, { kind: "time", us: at("12:03:10") });
    expect([earlier.base.id, numbers(earlier)]).toEqual([bases[0]!.id, [1, 2, 3]]);
  });

  it("to a time passes over a base that has later transactions: the clock that named it was behind", () => {
    const target = { kind: "time", us: at("12:02:10") } as const;
    // Its links and its own transactions of link 4 are later than its name.
    for (const late of [base("20261128T120120Z", 30, 3), base("20261128T120120Z", 35, 3)]) {
      const made = plan([bases[0]!, late], links, target);
      expect([made.base.id, numbers(made), made.faults]).toEqual([bases[0]!.id, [1, 2], []]);
    }
    const early = base("20261128T120120Z", 15, 2);
    expect(plan([bases[0]!, early], links, target).base.id).toBe(early.id);
    // The link that it follows was deleted by retention.
    const alone = base("20261128T120120Z", 35, 3);
    expect(
      plan([bases[0]!, alone], [...links.slice(0, 2), ...links.slice(3)], target).base.id,
    ).toBe(bases[0]!.id);
    expect(() => plan([alone], links, target)).toThrow("no base lies before the target");
  });

  it("to a GTID set ends with the link that has the last of it", () => {
    const set = `${uuid}:1-47`;
    expect(numbers(plan(bases, links, { kind: "gtid", set }))).toEqual([4, 5]);
    const single = plan(bases, links, { kind: "gtid", set: `${uuid}:12` });
    expect([single.base.id, numbers(single)]).toEqual([bases[0]!.id, [1, 2]]);
  });

  it("refuses what lies before all bases or behind the archive", () => {
    const before = { kind: "time", us: at("11:00:00") } as const;
    expect(() => plan(bases, links, before)).toThrow(
      "no base lies before the target; bases: 20261128T120330Z, ",
    );
    const behind = { kind: "time", us: at("13:00:00") } as const;
    expect(() => plan(bases, links, behind)).toThrow(
      "the archive ends at 2026-11-28T12:06:59.500000Z",
    );
    const unknown = { kind: "gtid", set: `${uuid}:61` } as const;
    expect(() => plan(bases, links, unknown)).toThrow(`the archive does not have ${uuid}:61`);
  });

  it("names the links that are damaged or gone, with what is lost", () => {
    const holed = [
      ...links.slice(0, 4),
      { number: 5, link: undefined, fault: "is not there" },
      links[5]!,
    ];
    const made = plan(bases, holed, { kind: "latest" });
    expect(made.faults).toEqual(["link 5 is not there"]);
    expect(made.missing).toBe(`${uuid}:41-50`);
    const notNeeded = plan(bases, holed, { kind: "time", us: at("12:04:10") });
    expect(notNeeded.faults).toEqual([]);
  });

  it("goes around a damaged link by a base that lies behind it", () => {
    const holed = [
      links[0]!,
      { number: 2, link: undefined, fault: "is damaged" },
      ...links.slice(2),
    ];
    expect(plan(bases, holed, { kind: "latest" }).faults).toEqual([]);
  });

  it("counts a gap only for a base from before it", () => {
    const gap = { missing: `${uuid}:31-34`, base: bases[1]!.id };
    const bridged = link(4, { gap });
    delete bridged.link!.segment;
    const all = [...links.slice(0, 3), bridged, ...links.slice(4)];
    const after = plan([bases[1]!], all, { kind: "latest" });
    expect(after.faults).toEqual([`the chain lacks ${uuid}:36-40`]);
    const before = plan([bases[0]!], all, { kind: "latest" });
    expect(before.faults[0]).toBe(`link 4 says that ${uuid}:31-34 was never archived`);
  });
});

describe("a chain that is read", () => {
  const bytes = (number: number) => Buffer.from(`link ${number}`);
  const found = (number: number, previous: string) => ({
    number,
    sha256: sha256(bytes(number)),
    link: { ...link(number).link!, previous },
  });

  it("tells a link that does not follow the one before: one of two that were swapped", () => {
    const [one, two] = [found(1, ""), found(2, sha256(bytes(1)))];
    expect(checked(2, two, one).fault).toBe("");
    expect(checked(2, found(2, sha256("another")), one).fault).toBe("does not follow link 1");
    expect(checked(3, undefined, two).fault).toBe("is not there");
    expect(checked(3, new Error("link 3 is damaged"), two).fault).toBe("is damaged");
  });

  it("has links that are not there as rows, none of which goes over the end of a base", () => {
    const told = (numbers: number[], marks: number[]) =>
      gapsBetween(numbers, marks).map(({ number, fault }) => `link ${number} ${fault}`);
    expect(told([1, 2, 3], [0, 2])).toEqual([]);
    expect(told([3, 5, 9], [2])).toEqual(["link 4 is not there", "link 6 to 8 are not there"]);
    expect(told([20, 21], [2, 10, 19, 20])).toEqual([
      "link 3 to 10 are not there",
      "link 11 to 19 are not there",
    ]);
    expect(told([], [7])).toEqual([]);
  });

  it("goes on from a base behind such a row, and tells it to one from before", () => {
    const gone = gapsBetween([5, 6], [0, 3]);
    const all = [...gone, ...links.slice(4)];
    expect(plan(bases, all, { kind: "time", us: at("12:02:10") }).faults).toEqual([
      "link 1 to 3 are not there",
      "link 4 is not there",
    ]);
    const later = [base("20261128T120430Z", 40, 4), bases[0]!];
    expect(
      plan(later, [...gapsBetween([5, 6], [0, 4]), ...links.slice(4)], { kind: "latest" }).faults,
    ).toEqual([]);
  });
});
