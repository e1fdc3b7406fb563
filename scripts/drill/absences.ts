/** GET of a local cloud's API, such as `cloudGet`. */
export type Get = <T>(path: string) => Promise<T>;

/** One action of the cloud on a server. */
export interface MachineAction {
  /** Id, which increases over the actions of all servers. */
  id: number;
  server: string;
  /** The API's name of the action, such as `stop_server`. */
  command: string;
  status: string;
  /** Start, milliseconds since 1970; the API reports whole seconds. */
  begunMs: number;
  /** End, milliseconds since 1970; infinite for a running action. */
  endedMs: number;
}

/** Time without power of a server. */
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

/** Actions that stop a server and start it again. */
const restarts = ["reboot_server", "reset_server"];
/** Actions that cut a server's power, and actions that restore it. */
const stops = ["stop_server", "shutdown_server", "delete_server"];
const starts = ["change_server_type", "start_server", "rebuild_server"];

/** Actions of the cloud on each existing server, in the order of their start. */
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

/** Times without power: from each stop of a server to the end of the action that started it again; reboots. */
export function absences(actions: readonly MachineAction[]): Absence[] {
  return actions.flatMap(({ server, command, begunMs, endedMs }, i) => {
    if (restarts.includes(command)) return [{ server, fromMs: begunMs, toMs: endedMs }];
    if (!stops.includes(command)) return [];
    const back = actions
      .slice(i)
      .find((one) => one.server === server && starts.includes(one.command));
    return [{ server, fromMs: begunMs, toMs: back?.endedMs ?? Number.POSITIVE_INFINITY }];
  });
}

/** Pairs of servers without power at the same time. */
export function overlaps(found: readonly Absence[]): string[] {
  return found.flatMap((one, i) =>
    found
      .slice(i + 1)
      .filter((other) => one.fromMs < other.toMs && other.fromMs < one.toMs)
      .map((other) => `${one.server} and ${other.server}`),
  );
}
