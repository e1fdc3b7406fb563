import { describe, expect, it } from "vitest";
import type { Base } from "../../../host/archiver/chain/manifest";
import { plan, type ReadLink } from "../../../scripts/restore/plan";
import { gapsBetween } from "../../../scripts/restore/read-chain";
import { replacePlanLines } from "../../../scripts/restore/replace/replace";

/** Three weeks of a busy site; a call has fewer arguments than that. */
const count = 200_000;
const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const startUs = Date.parse("2026-11-01T00:00:00Z") * 1_000;
const everyUs = 10_000_000;

const base: Base = {
  ...{ version: 1, id: "20261101T000000Z", link: 0, gtids: `${uuid}:1` },
  ...{ parts: [], bytes: 1, plainBytes: 1, node: "db-2", mysql: "9.7.4" },
};

function link(number: number): ReadLink {
  const times = { fromUs: startUs + number * everyUs, toUs: startUs + number * everyUs + 5 };
  const sums = { key: `k${number}`, sha256: "", bytes: 1, plainBytes: 1 };
  const segment = { ...sums, ...times, gtids: `${uuid}:${number + 1}` };
  const shared = { version: 1 as const, previous: "", node: "db-2", mysql: "9.7.4" };
  const archived = `${uuid}:1-${number + 1}`;
  return { number, fault: "", link: { ...shared, number, segment, archived } };
}

const links = Array.from({ length: count }, (_, i) => link(i + 1));
const endUs = startUs + count * everyUs + 5;

describe("a chain of three weeks", () => {
  it("is planned to a time at its end", { timeout: 60_000 }, () => {
    const made = plan([base], links, { kind: "time", us: endUs - 1 });
    expect([made.links.length, made.faults]).toEqual([count, []]);
  });

  it("is set aside by a replacement with its base alone, and with all of it", () => {
    const target = { kind: "latest" } as const;
    const [, nothing] = replacePlanLines({ base, links: [] }, links, target, "prod");
    expect(nothing).toContain("everything after the base");
    const chosen = links.map((each) => each.link!);
    const [, all] = replacePlanLines({ base, links: chosen }, links, target, "prod");
    expect(all).toContain("0.0 min of writes");
  });

  it("may lack every second link", () => {
    const there = links.map(({ number }) => number * 2);
    expect(gapsBetween(there, [0])).toHaveLength(count);
  });
});
