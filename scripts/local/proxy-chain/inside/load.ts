import assert from "node:assert/strict";
import { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { ask } from "./visitor";

/** Visitors at once, half of whom open a connection for each request. */
const visitors = 24;
/** Wait of a visitor between two requests, milliseconds; all of them stay below the limit of 1000 requests a second. */
const waitMs = 30;

/**
 * Sends requests while `work` runs; returns their number.
 *
 * @throws AssertionError with the number of each kind of failure, such as `POST 502`
 */
export async function load(work: () => Promise<void>): Promise<string> {
  let isOver = false;
  let good = 0;
  const bad: Record<string, number> = {};
  const visit = async (_: unknown, i: number) => {
    const agent = new Agent({ keepAlive: i % 2 === 0 });
    while (!isOver) {
      // A body: no proxy sends such a request a second time.
      const body = i % 4 < 2 ? "x=1" : undefined;
      const method = body === undefined ? "GET" : "POST";
      const answer = await ask("/page", { agent, method }, body).then(
        ({ status }) => String(status),
        (error: Error) => error.message,
      );
      const failure = `${method} ${answer}`;
      if (answer === "200") good++;
      else bad[failure] = (bad[failure] ?? 0) + 1;
      await pause(waitMs);
    }
    agent.destroy();
  };
  const visits = Promise.all(Array.from({ length: visitors }, visit));
  try {
    await pause(500);
    await work();
  } finally {
    isOver = true;
    await visits;
  }
  assert.deepEqual(bad, {});
  return `${good} requests`;
}
