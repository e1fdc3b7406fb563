import type { Base } from "../../../host/archiver/chain/manifest";
import type { Found, Pruning } from "../../../scripts/prune/pruning";
import { gapsBetween } from "../../../scripts/restore/read-chain";
import type { ReadLink } from "../../../scripts/restore/plan";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
export const hourMs = 3_600_000;
export const stepMs = 4 * hourMs;
export const dayMs = 24 * hourMs;
/** A Monday, at the time of the first base. */
export const startMs = Date.parse("2026-06-01T03:00:00Z");

export const idOf = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");

/** A history with a link every four hours, which has one transaction, and a base each night. */
export class FakeHistory {
  private readonly bases = new Map<string, Base>();
  private readonly links = new Map<number, ReadLink>();
  private readonly data = new Map<string, number>();
  private readonly parts = new Map<string, string>();
  private readonly dumps = new Set<string>();
  private readonly dumpParts = new Map<string, string>();
  /** Number of links. */
  steps = 0;

  get nowMs(): number {
    return startMs + this.steps * stepMs;
  }

  base(): void {
    const id = idOf(this.nowMs);
    const key = `t/parts/${id}/00001.age`;
    const gtids = this.steps === 0 ? "" : `${uuid}:1-${this.steps}`;
    const sizes = { bytes: 1, plainBytes: 1, node: "db-2", mysql: "9.7.4" };
    const part = { key, sha256: "", bytes: 1 };
    this.bases.set(id, { version: 1, id, parts: [part], gtids, link: this.steps, ...sizes });
    this.parts.set(key, id);
  }

  /** The base of that day lacks so many transactions of the links up to its own. */
  lag(day: number, count: number): string {
    const id = idOf(startMs + day * dayMs);
    const base = this.bases.get(id)!;
    this.bases.set(id, { ...base, gtids: `${uuid}:1-${base.link - count}` });
    return id;
  }

  /** A dump of that time, whose manifest came or not. */
  dump(ms = this.nowMs, isWhole = true): string {
    const id = idOf(ms);
    if (isWhole) this.dumps.add(id);
    const files = ["00001.age", "accounts.age"];
    for (const name of files) this.dumpParts.set(`t/dump-parts/${id}/${name}`, id);
    return id;
  }

  /** Four hours go by: their transaction is committed at their half. */
  step(): void {
    this.steps += 1;
    const [number, us] = [this.steps, (this.nowMs - stepMs / 2) * 1_000];
    const key = `t/data/${String(number).padStart(10, "0")}.x.age`;
    const times = { fromUs: us, toUs: us };
    const segment = {
      key,
      sha256: "",
      bytes: 1,
      plainBytes: 1,
      gtids: `${uuid}:${number}`,
      ...times,
    };
    const more = { previous: "", archived: `${uuid}:1-${number}`, node: "db-2", mysql: "9.7.4" };
    this.links.set(number, { number, fault: "", link: { version: 1, number, segment, ...more } });
    this.data.set(key, number);
  }

  days(count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.base();
      for (let step = 0; step < 6; step += 1) this.step();
    }
  }

  /** What is read of it, as `readArchive` reads it. */
  found(): Found {
    const bases = [...this.bases.values()];
    const marks = bases.map(({ link }) => link);
    const read = [...this.links.values()].filter(({ number }) => number > Math.min(...marks));
    const gaps = gapsBetween(
      read.map(({ number }) => number),
      marks,
    );
    return {
      bases,
      links: [...read, ...gaps].sort((a, b) => a.number - b.number),
      linkNumbers: [...this.links.keys()],
      data: [...this.data].map(([key, number]) => ({ key, number })),
      parts: [...this.parts].map(([key, base]) => ({ key, base })),
      dumps: [...this.dumps],
      dumpParts: [...this.dumpParts].map(([key, dump]) => ({ key, dump })),
    };
  }

  delete(gone: Partial<Omit<Pruning, "refused" | "keep" | "keepDumps" | "throughLink">>): void {
    for (const id of gone.bases ?? []) this.bases.delete(id);
    for (const number of gone.links ?? []) this.links.delete(number);
    for (const key of gone.data ?? []) this.data.delete(key);
    for (const key of gone.parts ?? []) this.parts.delete(key);
    for (const id of gone.dumps ?? []) this.dumps.delete(id);
    for (const key of gone.dumpParts ?? []) this.dumpParts.delete(key);
  }

  /** A part of a base of that time, whose manifest never came. */
  strayPart(ms: number): string {
    const key = `t/parts/${idOf(ms)}/00001.age`;
    this.parts.set(key, idOf(ms));
    return key;
  }
}

/** A history of so many days. */
export function aged(days: number): FakeHistory {
  const history = new FakeHistory();
  history.days(days);
  return history;
}
