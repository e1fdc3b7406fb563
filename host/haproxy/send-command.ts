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
