import type { AppContract } from "./app-contract";

/** Connections that each MySQL accepts: `max_connections` in `services/mysql/my-cnf.ts`. */
export const maxConnections = 500;
/** Connections reserved for the stack's own programs: supervisors, leases of workers and jobs, operators. */
const reserved = 20;

/** Programs of the app that may connect to the databases at the same time. */
export interface ConnectionSettings extends Pick<AppContract, "processes" | "workers" | "cron"> {
  /** App nodes. */
  count: number;
  /** Largest number of connections from one process to one database. */
  databasePool: number;
}

/**
 * A problem if the programs of the app may open more connections than one MySQL accepts: all of them go to the
 * primary while no replica can serve reads.
 */
export function connectionProblems(app: ConnectionSettings): string[] {
  const { count, processes, workers, cron, databasePool } = app;
  const ofWorkers = workers.map(({ nodes, processes: each }) => {
    if (nodes === "one") return 1;
    return each * (nodes === "all" ? count : nodes);
  });
  const beside = ofWorkers.reduce((sum, one) => sum + one, 0);
  const all = (count * processes + beside + cron.length) * databasePool;
  const most = maxConnections - reserved;
  if (all <= most) return [];
  const parts = [
    `${count} nodes × ${processes} processes`,
    ...(beside > 0 ? [`${beside} of workers`] : []),
    ...(cron.length > 0 ? [`${cron.length} of jobs`] : []),
  ];
  const sum = parts.length > 1 ? `(${parts.join(" + ")})` : parts[0];
  return [
    `webstack:app.databasePool times all processes of the app must be at most ${most}, ` +
      `got ${sum} × ${databasePool} = ${all}; each MySQL takes ${maxConnections} connections and ${reserved} are the stack's own: ` +
      "set app.databasePool to what a process opens at most, or lower app.processes",
  ];
}
