import { createConnection } from "node:net";

/** Longest wait for HAProxy, milliseconds. */
const answerMs = 2_000;

/**
 * Sends one command to the admin socket of an HAProxy; resolves with what it says.
 *
 * @throws Error if there is no such socket, or no answer within two seconds.
 */
export function tell(socketPath: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    let text = "";
    socket.setTimeout(answerMs, () => socket.destroy(new Error("HAProxy does not answer")));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", reject);
    socket.on("end", () => resolve(text.trim()));
    socket.end(`${command}\n`);
  });
}
