import { idIn, isAhead, keys, timeOf } from "./chain/manifest";
import type { ObjectStore } from "./store/object-store";

/** Ids of the newest objects of a history; empty: there is none. */
export interface Newest {
  base: string;
  /** The newest dump, and the newest one that failed. */
  dump: string;
  failedDump: string;
  /** The newest proof of this history, and the newest one that failed. */
  proof: string;
  failedProof: string;
  /** Keys, without the root, of objects that are named after a time in the future. */
  ahead: string[];
}

/** No object of any history. */
export const nothingNewest: Newest = {
  ...{ base: "", dump: "", failedDump: "", proof: "", failedProof: "", ahead: [] },
};

/** Age before the begin of a history from which a proof cannot be one of that history, milliseconds: clocks differ. */
const olderMs = 24 * 3_600_000;

/** Finds the newest objects of a history. An object named after a time in the future is not the newest one. */
export class NewestObjects {
  /** Histories of the proofs by key; undefined: the record names none. */
  private readonly histories = new Map<string, string | undefined>();
  private begun: { timeline: string; ms: number } | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly root: string,
  ) {}

  /**
   * The newest objects.
   *
   * @param nowMs time by this host's clock, milliseconds since 1970.
   * @throws StoreError if the store fails.
   */
  async of(timeline: string, nowMs: number): Promise<Newest> {
    const { root } = this;
    const ahead: string[] = [];
    const find = async (folder: string) => {
      const ids = await this.idsIn(folder);
      const late = ids.filter((id) => isAhead(id, nowMs));
      ahead.push(...late.map((id) => `${folder.slice(root.length + 1)}${id}.json`));
      return ids.filter((id) => !isAhead(id, nowMs)).reverse();
    };
    const own = async (folder: string) => this.firstOf(timeline, folder, await find(folder));
    const newest = async (folder: string) => (await find(folder))[0] ?? "";
    return {
      dump: await newest(keys.dumps(root, timeline)),
      failedDump: await newest(keys.dumpFailures(root, timeline)),
      base: await newest(keys.bases(root, timeline)),
      proof: await own(keys.proofs(root)),
      failedProof: await own(keys.failures(root)),
      ahead,
    };
  }

  /** Ids of a folder that name a time, oldest first. */
  private async idsIn(folder: string): Promise<string[]> {
    const found = await this.store.list(folder);
    const ids = found.map((key) => idIn(folder, key));
    return ids.filter((id) => !Number.isNaN(timeOf(id)));
  }

  /** The first of these ids, newest first, whose record is about the history; empty: none. */
  private async firstOf(timeline: string, folder: string, ids: readonly string[]): Promise<string> {
    if (ids.length === 0) return "";
    const begunMs = await this.begunMs(timeline);
    for (const id of ids) {
      if (timeOf(id) < begunMs - olderMs) return "";
      const history = await this.historyOf(`${folder}${id}.json`);
      // A record of an earlier version names no history: one from before this history is of another one.
      const isOwn = history === undefined ? !(timeOf(id) < begunMs) : history === timeline;
      if (isOwn) return id;
    }
    return "";
  }

  private async historyOf(key: string): Promise<string | undefined> {
    if (!this.histories.has(key)) {
      const { timeline } = await this.record(key);
      this.histories.set(key, typeof timeline === "string" ? timeline : undefined);
    }
    return this.histories.get(key);
  }

  /** Time at which a history was registered, milliseconds since 1970; NaN: unknown. */
  private async begunMs(timeline: string): Promise<number> {
    if (this.begun?.timeline !== timeline) {
      const { since } = await this.record(keys.timeline(this.root, timeline));
      // MySQL's time in UTC, such as `2026-11-23 06:10:52`.
      const ms = typeof since === "string" ? Date.parse(`${since.replace(" ", "T")}Z`) : NaN;
      this.begun = { timeline, ms };
    }
    return this.begun!.ms;
  }

  /** Fields of a record; none if it is damaged or deleted. */
  private async record(key: string): Promise<Readonly<Record<string, unknown>>> {
    const content = await this.store.get(key);
    try {
      return Object(JSON.parse(content?.toString() ?? "{}")) as Record<string, unknown>;
    } catch {
      return {};
    }
  }
}
