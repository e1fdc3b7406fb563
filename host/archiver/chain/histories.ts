import { createHash } from "node:crypto";
import { log } from "../../supervisor/log";
import { type Archived, continuedAt, groupOf, type Origin, originText } from "../origin";
import {
  checkedPut,
  KeyExistsError,
  type ObjectStore,
  StoreError,
  checkRefusesTaken,
} from "../store/object-store";
import { union } from "../gtid-sets";
import { newestBase, findTip, type Tip } from "./reading";
import { bytesOf, keys } from "./manifest";

/** Manifest of a history. A field is absent in one of an earlier version. */
export interface HistoryManifest {
  version: 1;
  timeline: string;
  /** `server_uuid` of the MySQL that was archived first, and the time of the registration. */
  server?: string | undefined;
  since?: string | undefined;
  /** Id of the database in `webstack_archive.timeline`. @default the id of the history */
  database?: string;
  /** Group that the history began with; empty: none. */
  group?: string;
}

/** A history, and the end of its chain. */
export interface History {
  timeline: string;
  tip: Tip;
}

/**
 * Finds the history that data continues, among those of its database; if there is none, an id for a new one.
 * Every archiver of the same group finds the same.
 *
 * @param nowMs time by this host's clock. @default no base is named after a time in the future
 * @throws StoreError if the store fails.
 */
export async function findHistory(
  store: ObjectStore,
  root: string,
  origin: Origin,
  nowMs?: number,
): Promise<History> {
  const known = await historiesOf(store, root, origin.database, nowMs);
  const continued = known.flatMap((one) => {
    const at = continuedAt(origin, one.end);
    return at === undefined ? [] : [{ ...one, at }];
  });
  const [latest] = continued.sort((a, b) => b.at - a.at || (a.timeline < b.timeline ? -1 : 1));
  if (latest) return { timeline: latest.timeline, tip: latest.tip };
  const taken = known.map(({ timeline }) => timeline);
  const timeline = newId(origin, taken);
  return { timeline, tip: await findTip(store, root, timeline) };
}

/**
 * Registers a history, so that a restore finds it, and checks with its record that the store refuses names that are
 * taken.
 *
 * @param begun server and time of the registration.
 * @throws Error if the store replaces objects, StoreError if the store fails.
 */
export async function registerHistory(
  store: ObjectStore,
  root: string,
  {
    timeline,
    origin,
    ...begun
  }: { timeline: string; origin: Origin; server?: string | undefined; since?: string | undefined },
): Promise<void> {
  const key = keys.timeline(root, timeline);
  const there = await store.get(key);
  if (there) return checkRefusesTaken(store, key, there);
  const { database } = origin;
  const manifest: HistoryManifest = {
    ...{ version: 1, timeline, ...begun, database, group: groupOf(origin) },
  };
  const content = bytesOf(manifest);
  await checkedPut(store, key, content).then(
    () => checkRefusesTaken(store, key, content),
    (error: unknown) => {
      // Another node was first: that store refuses.
      if (!(error instanceof KeyExistsError)) throw error;
    },
  );
}

interface Known extends History {
  end: Archived;
}

/** The registered histories of a database, and the first one, registered or not. */
async function historiesOf(
  store: ObjectStore,
  root: string,
  database: string,
  nowMs: number | undefined,
): Promise<Known[]> {
  const folder = keys.timelines(root);
  const manifests = await Promise.all(
    (await store.list(folder)).map(async (key) => manifestIn(key, await store.get(key))),
  );
  const ofDatabase = manifests.filter((one) => (one.database ?? one.timeline) === database);
  const found: Known[] = [];
  for (const manifest of ofDatabase) {
    found.push(await readHistory(store, root, manifest.timeline, manifest.group, nowMs));
  }
  if (found.some(({ timeline }) => timeline === database)) return found;
  return [await readHistory(store, root, database, undefined, nowMs), ...found];
}

function manifestIn(key: string, content: Buffer | undefined): HistoryManifest {
  try {
    return JSON.parse(content!.toString()) as HistoryManifest;
  } catch (error) {
    throw new StoreError(`${key} is damaged: ${(error as Error).message}`);
  }
}

/** Reads the end of a history. A base may have transactions that no link has yet. */
async function readHistory(
  store: ObjectStore,
  root: string,
  timeline: string,
  begunBy: string | undefined,
  nowMs: number | undefined,
): Promise<Known> {
  const tip = await findTip(store, root, timeline);
  const onDamaged = ({ message }: Error) => log(4, message);
  const base = await newestBase(store, root, timeline, nowMs, onDamaged);
  const archived = union(tip.link?.archived ?? "", base?.gtids ?? "");
  return { timeline, tip, end: { group: tip.link ? tip.link.group : begunBy, archived } };
}

/** An id in the form of a UUID that the archivers of a group agree on without asking each other. */
function newId(origin: Origin, taken: readonly string[]): string {
  for (let attempt = 0; ; attempt += 1) {
    const hash = createHash("sha256")
      .update(`${originText(origin)} ${attempt}`)
      .digest("hex");
    const id = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20)];
    const timeline = [...id, hash.slice(20, 32)].join("-");
    if (!taken.includes(timeline)) return timeline;
  }
}

/** Remembers the history of an origin, for a node that only watches. */
export class HistoryMemo {
  private known: { origin: string; timeline: string } | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly root: string,
    /** This host's clock, milliseconds since 1970. */
    private readonly wallMs: () => number,
  ) {}

  /** History of that origin as last found or noted. @throws StoreError if the store fails. */
  async of(origin: Origin): Promise<string> {
    const text = originText(origin);
    if (this.known?.origin !== text) {
      const { timeline } = await findHistory(this.store, this.root, origin, this.wallMs());
      this.note(origin, timeline);
    }
    return this.known!.timeline;
  }

  /** Notes which history the archive found. */
  note(origin: Origin, timeline: string): void {
    this.known = { origin: originText(origin), timeline };
  }
}
