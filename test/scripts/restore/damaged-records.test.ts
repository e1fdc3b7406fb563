import { beforeEach, describe, expect, it } from "vitest";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { DamagedError } from "../../../host/archiver/chain/reading";
import { readHistory } from "../../../scripts/prune/history";
import { chooseHistory, outsideHint } from "../../../scripts/restore/choose-history";
import { findDump } from "../../../scripts/restore/dumps";
import { OutsideError } from "../../../scripts/restore/plan";
import { histories } from "../../../scripts/restore/read-chain";
import { readFor } from "../../../scripts/restore/read-for";
import { MemoryStore } from "../../host/archiver/memory-store";

const [root, former, present] = ["r", "aaaa", "bbbb"];
const [older, newer] = ["20261127T031500Z", "20261128T031500Z"];
const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const sizes = { parts: [], bytes: 1, plainBytes: 1, node: "db-2", mysql: "9.7.4" };

let store: MemoryStore;
const put = (key: string, content: object) => store.objects.set(key, bytesOf(content));
const spoil = (key: string) => store.objects.set(key, Buffer.from("{"));
const said: string[] = [];
const chosen = (history?: string) =>
  chooseHistory(store, root, history, (line) => void said.push(line));

/** Two histories; the present one has two bases. */
beforeEach(() => {
  store = new MemoryStore();
  said.length = 0;
  put(keys.timeline(root, former), { since: "2026-11-01 10:00:00" });
  put(keys.timeline(root, present), { since: "2026-11-26 12:30:00" });
  put(keys.base(root, former, "20261102T031500Z"), { id: "20261102T031500Z", ...sizes });
  for (const [id, last] of [[older, 3] as const, [newer, 5] as const]) {
    const base = { version: 1, id, gtids: `${uuid}:1-${last}`, link: last, ...sizes };
    put(keys.base(root, present, id), base);
  }
  for (const number of [4, 5, 6]) {
    const us = Date.parse("2026-11-27T04:00:00Z") * 1_000 + number;
    const sums = { key: `k${number}`, sha256: "", bytes: 1, plainBytes: 1 };
    const segment = { ...sums, gtids: `${uuid}:${number}`, fromUs: us, toUs: us };
    const link = { number, previous: "", segment, archived: `${uuid}:1-${number}` };
    put(keys.link(root, present, number), link);
  }
});

describe("a damaged base", () => {
  it("is named and left out of a restore, which begins with the base before", async () => {
    spoil(keys.base(root, present, newer));
    const { plan, damaged } = await readFor(store, root, present, { kind: "latest" });
    expect([plan.base.id, plan.links.map(({ number }) => number)]).toEqual([older, [4, 5, 6]]);
    expect(damaged).toEqual([expect.stringContaining(`base ${newer} is damaged: `)]);
  });

  it("keeps everything from being deleted: its parts would count as left over", async () => {
    spoil(keys.base(root, present, newer));
    await expect(readHistory(store, root, present)).rejects.toThrow(`base ${newer} is damaged`);
  });
});

describe("a damaged record of a history", () => {
  it("is named, and a named history is restored without it", async () => {
    spoil(keys.timeline(root, present));
    await expect(chosen()).rejects.toThrow(DamagedError);
    await expect(chosen()).rejects.toThrow(
      `r/timelines/${present}.json is damaged (Expected property name or '}' in JSON at position 1 (line 1 column 2)), so nobody knows when history ${present} began: put its oldest version back; until then name the history with --history, one of ${former}, ${present}`,
    );
    expect((await chosen(former)).timeline).toBe(former);
    await expect(chosen("cccc")).rejects.toThrow(`--history must be one of ${former}, ${present}`);
  });

  it("of a version without a time comes first", async () => {
    put(keys.timeline(root, present), {});
    expect((await histories(store, root)).map(({ id }) => id)).toEqual([present, former]);
  });
});

describe("a damaged dump", () => {
  it("is named with the others", async () => {
    put(keys.dump(root, present, older), { id: older, ...sizes, accounts: {} });
    spoil(keys.dump(root, present, newer));
    await expect(findDump(store, root, { id: "latest" })).rejects.toThrow(
      `r/${present}/dumps/${newer}.json is damaged`,
    );
    await expect(findDump(store, root, { id: "latest" })).rejects.toThrow(`dumps: ${older}`);
    expect((await findDump(store, root, { id: older })).dump.id).toBe(older);
  });
});

describe("a target from before the last history", () => {
  it("is refused with the earlier histories and how to restore them", async () => {
    const { timeline, earlier } = await chosen();
    expect(timeline).toBe(present);
    const us = Date.parse("2026-11-20T00:00:00Z") * 1_000;
    const reading = readFor(store, root, timeline, { kind: "time", us });
    const error = await reading.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutsideError);
    expect(outsideHint(error, timeline, earlier)).toBe(
      `; history ${present} began later: an earlier one is restored with --history: ${former} (begun 2026-11-01 10:00:00)`,
    );
  });

  it("has no such hint if a history was named, or for another error", async () => {
    const { timeline, earlier } = await chosen(present);
    expect(outsideHint(new OutsideError("no base"), timeline, earlier)).toBe("");
    expect(outsideHint(new Error("no"), present, (await chosen()).earlier)).toBe("");
  });

  it("may be a GTID that only an earlier history has", async () => {
    const set = `${uuid}:4711`;
    const reading = readFor(store, root, present, { kind: "gtid", set });
    await expect(reading).rejects.toThrow(OutsideError);
  });
});
