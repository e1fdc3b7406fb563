import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { heal, inject } from "../../scripts/local/faults";
import { readOutputs } from "../../scripts/operate/outputs";
import type { Step } from "./story";

/** How long a connection to the server is watched, milliseconds: a kernel closes it at once. */
const watchedMs = 2_000;
/** Longest wait for the server to answer, seconds: sshd refuses a source for 90 s at the longest. */
const backSeconds = 120;

/**
 * A connection to sshd of that host, which has said its first line.
 *
 * @throws Error if sshd does not take it: to a source of many connections without a login it says so in a line and
 *   closes (PerSourcePenalties, sshd_config(5)).
 */
async function greeted(host: string): Promise<Socket> {
  const socket = connect({ host, port: 22 });
  try {
    const [line] = await once(socket, "data", { signal: AbortSignal.timeout(2_000) });
    assert.match(String(line), /^SSH-/);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The same, as soon as sshd takes one. */
function greetedInTime(host: string): Promise<Socket> {
  const options = { timeoutSeconds: backSeconds, intervalMs: 500 };
  return waitUntil(`sshd of ${host}`, () => greeted(host), options);
}

export const losesPower: Step = {
  title: "a server that loses power closes no connection, and comes back",
  run: async () => {
    const server = readOutputs().nodes.findLast(({ role }) => role === "lb");
    assert.ok(server?.publicIp);
    const socket = await greetedInTime(server.publicIp);
    const ends: string[] = [];
    for (const event of ["end", "close", "error"]) socket.on(event, () => ends.push(event));
    const fault = await inject({ fault: "power-off", server: server.name });
    try {
      await delay(watchedMs);
      assert.deepEqual(ends, []);
      await assert.rejects(greeted(server.publicIp));
    } finally {
      socket.destroy();
      await heal(fault);
    }
    (await greetedInTime(server.publicIp)).destroy();
  },
};
