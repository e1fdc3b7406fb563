import { log } from "../supervisor/log";
import { ChainEnd, FencedError } from "./chain/append";
import { findHistory, registerHistory } from "./chain/histories";
import { type ContinuationArgs, untilContinuous } from "./continuation";
import { groupOf, type Origin, originText } from "./origin";
import { dump } from "./replication/dump";
import { Segments, type Segment } from "./segments";
import type { Settings } from "./settings";

/** Server id of this binary log reader. MySQL ends an older reader with the same id. */
const readerId = 4_000_000_001;

/** Dependencies of {@link archive}. */
export interface ArchiveArgs extends ContinuationArgs {
  settings: Pick<Settings, "node" | "nodes" | "root" | "publicKey">;
  socket: string;
  user: string;
  readOrigin: () => Promise<Origin | undefined>;
  /** Time after which a segment is closed, milliseconds. */
  cutMs: () => number;
}

/**
 * Archives the binary log until another node takes over, until the data is of another origin, or until this node is
 * not in the group any more that it was in. All state is in the store: it is read at the start, and MySQL is asked for more only once it is proven that no transaction
 * would be skipped.
 *
 * @throws FencedError if another node archives, Error if MySQL or the store fails.
 */
export async function archive(origin: Origin, parts: ArchiveArgs): Promise<void> {
  const { store, settings, onProgress } = parts;
  const { root, node } = settings;
  const { serves, groupId, mysql } = await parts.pollMysql();
  if (!serves) return;
  const { timeline, tip } = await findHistory(store, root, origin, parts.wallMs());
  await register(timeline, origin, parts);
  const group = groupOf(origin);
  const end = new ChainEnd({ store, root, timeline, group, node, mysql }, tip);
  const text = originText(origin);
  const isOfOrigin = async () => {
    const state = await parts.pollMysql();
    // A group made by hand has the origin of the data that its founder had.
    const isMember = state.serves && state.groupId === groupId;
    if (!isMember) log(5, `this node is not known to be in group ${groupId} any more`);
    if (!isMember) return false;
    const now = await parts.readOrigin();
    const isSame = now !== undefined && originText(now) === text;
    if (!isSame) log(5, `the data is no longer that of ${text}: looking for its history again`);
    return isSame;
  };
  const report = { doing: "archives", problem: "", timeline, origin: text, end } as const;
  const fromMysql = (except: string) =>
    dump({ socket: parts.socket, user: parts.user, serverId: readerId, except });
  if (!(await untilContinuous(report, isOfOrigin, fromMysql, parts))) return;
  onProgress({ ...report, grown: false });
  log(5, `archiving from link ${end.number + 1} of ${timeline}`);
  const onGrown = () => onProgress({ ...report, grown: true });
  await follow(end, { isOfOrigin, events: fromMysql(end.archived), onGrown }, parts);
}

async function register(timeline: string, origin: Origin, parts: ArchiveArgs): Promise<void> {
  const { store, settings, mysql } = parts;
  const [row] = await mysql.query("SELECT @@GLOBAL.server_uuid, UTC_TIMESTAMP()", 5_000);
  const begun = { server: row?.[0], since: row?.[1] };
  await registerHistory(store, settings.root, { timeline, origin, ...begun });
}

/** What {@link follow} follows. */
interface Followed {
  isOfOrigin: () => Promise<boolean>;
  events: AsyncIterable<Buffer>;
  onGrown: () => void;
}

/**
 * Follows the binary log; one segment is uploaded while the next one is collected. The group and the origin are read
 * after all transactions of a segment, so a segment of another group or origin never gets into the history: it is
 * dropped, and the next attempt begins after the last link.
 */
async function follow(
  end: ChainEnd,
  { isOfOrigin, events, onGrown }: Followed,
  parts: ArchiveArgs,
): Promise<void> {
  const { settings, monotonicMs, cutMs } = parts;
  const segments = new Segments(settings.publicKey, monotonicMs, cutMs);
  let under: Promise<void> = Promise.resolve();
  let failure: unknown;
  const put = async (segment: Segment) => {
    await end.add(segment);
    onGrown();
  };
  try {
    for await (const event of events) {
      if (!parts.shouldContinue()) break;
      if (failure) throw failure;
      const segment = await segments.take(event);
      if (!segment) continue;
      await under;
      if (!(await isOfOrigin())) break;
      under = put(segment);
      under.catch((error: unknown) => (failure = error));
    }
    await under;
  } finally {
    segments.abandon();
  }
}

/** True if the error means that another node archives. */
export function isFenced(error: unknown): boolean {
  return error instanceof FencedError;
}
