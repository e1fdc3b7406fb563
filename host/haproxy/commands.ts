import { createConnection } from "node:net";

/** Longest wait for HAProxy's answer, milliseconds. */
const answerMs = 2_000;

/**
 * Sends one command to HAProxy's admin socket; resolves with the answer.
 *
 * @throws Error if the socket does not exist, or HAProxy does not answer within two seconds.
 */
export function sendCommand(socketPath: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    let text = "";
    socket.setTimeout(answerMs, () =>
      socket.destroy(new Error(`HAProxy does not answer on ${socketPath} within ${answerMs} ms`)),
    );
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", reject);
    socket.on("end", () => resolve(text.trim()));
    socket.end(`${command}\n`);
  });
}

/** Sends a command to HAProxy's master process; resolves with the answer. */
export type AskMaster = (command: string) => Promise<string>;

/**
 * Process ids of the workers that end after a reload, from the master's answer to `show proc`.
 *
 * Source: https://docs.haproxy.org/3.2/management.html#9.4
 */
export function oldWorkers(answer: string): string[] {
  if (!answer.includes("# workers")) {
    throw new Error(`HAProxy's master must list its workers, got ${answer}`);
  }
  // Without an old worker the list has no such part.
  const [, old = ""] = answer.split("# old workers");
  return [...old.matchAll(/^(\d+)\s+worker\s/gm)].map(([, pid]) => pid!);
}

/** The master's answers to a command for a worker that has ended since the master listed it. */
const hasEnded = /^Can't (find the target PID|connect to the target CLI)/;

/** Number of open client connections of all old workers. */
export async function connectionsOfOldWorkers(ask: AskMaster): Promise<number> {
  const pids = oldWorkers(await ask("show proc"));
  const answers = await Promise.all(pids.map((pid) => ask(`@!${pid} show stat -1 1 -1`)));
  const counts = answers.map((answer) => (hasEnded.test(answer) ? 0 : openConnections(answer)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Replaces the worker. The old one sends GOAWAY on each of its HTTP/2 connections, answers the requests under way, and
 * its visitors open new connections for further requests. HAProxy cannot ask these visitors otherwise: it drops a
 * `Connection: close` header in an HTTP/2 answer.
 *
 * @throws Error if the new worker does not start; the old one goes on.
 */
export async function replaceWorker(ask: AskMaster): Promise<void> {
  const answer = await ask("reload");
  if (!/^Success=1$/m.test(answer))
    throw new Error(`HAProxy's new worker does not start: ${answer}`);
}

/**
 * Ends the old workers, with the connections that they still have: their visitors see the end at once and connect anew.
 * Without it, a visitor who waits for an answer hears nothing after the address has moved, neither an answer nor an end.
 *
 * @param end ends a process by its id; an id that is gone is no error.
 */
export async function endOldWorkers(ask: AskMaster, end: (pid: number) => void): Promise<void> {
  for (const pid of oldWorkers(await ask("show proc"))) end(Number(pid));
}

/**
 * Number of open client connections, from HAProxy's answer to `show stat -1 1 -1`: a CSV of all frontends
 * with a header line; `scur` is the number of current sessions.
 *
 * Source: https://docs.haproxy.org/3.0/management.html#9.1
 */
export function openConnections(csv: string): number {
  const [names, ...rows] = csv.trim().replace(/^# /, "").split("\n");
  const column = names!.split(",").indexOf("scur");
  if (column < 0) throw new Error(`HAProxy's statistics have no column scur, got ${names}`);
  return rows.reduce((sum, row) => sum + Number(row.split(",")[column] ?? 0), 0);
}
