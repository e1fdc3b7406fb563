/** Asks the API of a local cloud; such as `cloudGet`. */
export type Get = <T>(path: string) => Promise<T>;

/** One thing that the cloud did with a server. */
export interface MachineAction {
  /** Counts up over all servers. */
  id: number;
  server: string;
  /** As the API names it, such as `stop_server`. */
  command: string;
  status: string;
  /** Milliseconds since 1970; the API tells whole seconds. */
  begunMs: number;
  /** Infinite while it is under way. */
  endedMs: number;
}

/** A time in which a server had no power. */
export interface Absence {
  server: string;
  fromMs: number;
  toMs: number;
}

interface WireAction {
  id: number;
  command: string;
  status: string;
  started: string;
  finished: string | null;
}

/** What takes a server's power, and what gives it back. */
const stops = ["stop_server", "shutdown_server", "delete_server"];
const starts = ["change_server_type", "start_server", "rebuild_server"];

/** What the cloud did with each server that is there, in the order in which it began. */
export async function machineActions(get: Get): Promise<MachineAction[]> {
  type Servers = { servers: { id: number; name: string }[] };
  const { servers } = await get<Servers>("/servers?per_page=50");
  const each = await Promise.all(
    servers.map(async ({ id, name }) => {
      const path = `/servers/${id}/actions?per_page=50&sort=id:desc`;
      const { actions } = await get<{ actions: WireAction[] }>(path);
      return actions.map((action) => ({ ...action, server: name }));
    }),
  );
  return each
    .flat()
    .sort((a, b) => a.id - b.id)
    .map(({ id, server, command, status, started, finished }) => ({
      ...{ id, server, command, status },
      begunMs: Date.parse(started),
      endedMs: finished === null ? Number.POSITIVE_INFINITY : Date.parse(finished),
    }));
}

/** From each stop of a server to the end of what started it again. */
export function absences(actions: readonly MachineAction[]): Absence[] {
  return actions.flatMap(({ server, command, begunMs }, i) => {
    if (!stops.includes(command)) return [];
    const back = actions
      .slice(i)
      .find((one) => one.server === server && starts.includes(one.command));
    return [{ server, fromMs: begunMs, toMs: back?.endedMs ?? Number.POSITIVE_INFINITY }];
  });
}

/** Pairs of servers that had no power at the same time. */
export function overlaps(found: readonly Absence[]): string[] {
  return found.flatMap((one, i) =>
    found
      .slice(i + 1)
      .filter((other) => one.fromMs < other.toMs && other.fromMs < one.toMs)
      .map((other) => `${one.server} and ${other.server}`),
  );
}
