import type { ClientSeen } from "./socket-clients";

/** Start and end of a phase, milliseconds of `performance.now()`. */
export interface Phase {
  fromMs: number;
  toMs: number;
}

/** Answer of an app with Socket.IO to a request whose session another process has. */
export const unknownSession = "Session ID unknown";

function isIn({ fromMs, toMs }: Phase, atMs: number): boolean {
  return atMs >= fromMs && atMs < toMs;
}

/** Longest time of a phase in which the app acknowledged no emit of a client, milliseconds. */
export function silenceMs({ acknowledged }: ClientSeen, phase: Phase): number {
  const times = acknowledged.map(({ atMs }) => atMs).filter((atMs) => isIn(phase, atMs));
  const all = [phase.fromMs, ...times, phase.toMs];
  return Math.max(...all.slice(1).map((atMs, i) => atMs - all[i]!));
}

/** Observations on all clients in one phase. */
export interface PhaseSeen {
  acknowledged: number;
  /** Number of sessions that began. */
  connects: number;
  /** Troubles by reason. */
  troubles: Record<string, number>;
  /** Clients that got {@link unknownSession}. */
  without: ClientSeen[];
  /** Longest silence of one client, milliseconds. */
  silenceMs: number;
}

/** Summarizes a phase; at least one client. */
export function seenIn(clients: readonly ClientSeen[], phase: Phase): PhaseSeen {
  const troubles: Record<string, number> = {};
  for (const { reason } of clients.flatMap((client) => troublesIn(client, phase))) {
    troubles[reason] = (troubles[reason] ?? 0) + 1;
  }
  const count = (times: readonly number[]) => times.filter((atMs) => isIn(phase, atMs)).length;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    acknowledged: sum(clients.map((client) => count(client.acknowledged.map(({ atMs }) => atMs)))),
    connects: sum(clients.map(({ connectedMs }) => count(connectedMs))),
    troubles,
    without: clients.filter((client) =>
      troublesIn(client, phase).some(({ reason }) => reason === unknownSession),
    ),
    silenceMs: Math.round(Math.max(...clients.map((client) => silenceMs(client, phase)))),
  };
}

function troublesIn({ troubles }: ClientSeen, phase: Phase) {
  return troubles.filter(({ atMs }) => isIn(phase, atMs));
}

/** Processes that acknowledged a client's emits in a phase, in the order of their first ones. */
export function processesOf({ acknowledged }: ClientSeen, phase: Phase): string[] {
  return [
    ...new Set(acknowledged.filter(({ atMs }) => isIn(phase, atMs)).map(({ process }) => process)),
  ];
}

/** A line about a phase, for the notes of a drill. */
export function phaseLine(what: string, seen: PhaseSeen): string {
  const { acknowledged, connects, troubles, silenceMs: longest } = seen;
  const each = Object.entries(troubles).map(([reason, count]) => `${count} times ${reason}`);
  const trouble = each.length === 0 ? "no trouble" : each.join(", ");
  return `${what}: ${acknowledged} emits, ${connects} connects, ${trouble}, longest silence ${longest} ms`;
}

/** What is wrong with clients without affinity: fewer than half of those that only poll got {@link unknownSession}. */
export function wrongInControl(clients: readonly ClientSeen[], phase: Phase): string[] {
  const polling = clients.filter(({ polls }) => polls);
  const { without } = seenIn(polling, phase);
  if (without.length >= polling.length / 2) return [];
  const found = `only ${without.length} of ${polling.length} polling clients got ${unknownSession}`;
  return [`without affinity ${found}: the drill shows nothing`];
}

/**
 * What is wrong with clients with affinity while nothing happens: any trouble, a client with several processes, a client
 * that never got past long polling, and a process of the app without a client.
 *
 * @param phase begins after all clients have connected.
 * @param processes number of processes of the app on all nodes.
 */
export function wrongInQuiet(
  clients: readonly ClientSeen[],
  phase: Phase,
  processes: number,
): string[] {
  const { troubles } = seenIn(clients, phase);
  const each = clients.map((client) => ({ client, at: processesOf(client, phase) }));
  const used = new Set(each.flatMap(({ at }) => at));
  return [
    ...Object.entries(troubles).map(([reason, count]) => `${count} times ${reason} in quiet`),
    ...each
      .filter(({ at }) => at.length !== 1)
      .map(
        ({ client, at }) => `${client.name} was at ${at.join(" and ") || "no process"} in quiet`,
      ),
    ...clients
      .filter(({ polls, upgradedMs }) => !polls && !upgradedMs.some((atMs) => atMs < phase.fromMs))
      .map(({ name }) => `${name} had no WebSocket in quiet`),
    ...(used.size === processes
      ? []
      : [`clients reached ${used.size} of ${processes} processes: ${[...used].sort().join(", ")}`]),
  ];
}

/**
 * What is wrong after a planned switch: a session that was unknown, and a client at another process than in quiet. Clients
 * that stayed at a process since the deploy by a WebSocket that never ended are left out.
 */
export function wrongInSwitch(
  clients: readonly ClientSeen[],
  quiet: Phase,
  moved: Phase,
  after: Phase,
): string[] {
  const { without } = seenIn(clients, { fromMs: moved.fromMs, toMs: after.toMs });
  const strays = clients.flatMap((client) => {
    const began = client.connectedMs.some((atMs) => atMs >= moved.fromMs && atMs < after.toMs);
    if (!client.polls && !began) return [];
    const [before, now] = [processesOf(client, quiet), processesOf(client, after)];
    if (before.join() === now.join()) return [];
    return [
      `${client.name} was at ${before.join(", ")}, and after the switch at ${now.join(", ")}`,
    ];
  });
  return [...without.map(({ name }) => `${name} got ${unknownSession} in the switch`), ...strays];
}

/** Acknowledged emits, such as `client-1 17`, that no process recorded. */
export function lostEmits(
  clients: readonly ClientSeen[],
  recorded: ReadonlyMap<string, number>,
): string[] {
  return clients.flatMap(({ name, acknowledged }) =>
    acknowledged.map(({ number }) => `${name} ${number}`).filter((emit) => !recorded.has(emit)),
  );
}
