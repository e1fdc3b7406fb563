import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { sendCommand } from "./haproxy/commands";
import { parseKeys, ticketKeys } from "./ticket-keys/keys";

/** HAProxy's socket, and the key file that HAProxy starts with, which contains the secret. */
const socket = "/run/haproxy/tickets.sock";
const file = "/etc/haproxy/certs/tickets.keys";
/** Interval of updates, milliseconds: how long the first keys are back in use after a reload. */
const roundMs = 10_000;

const secret = readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/secret`, "utf8");
let complaint: string | undefined;

async function round(): Promise<void> {
  const wanted = ticketKeys(secret, Date.now());
  const present = parseKeys(await sendCommand(socket, `show tls-keys ${file}`));
  // Without HTTPS HAProxy has no keys.
  if (present.length === 0 || present.join() === wanted.join()) return;
  for (const key of wanted) await sendCommand(socket, `set ssl tls-key ${file} ${key}`);
  console.log("<6>HAProxy has new session ticket keys");
}

async function main(): Promise<void> {
  for (;;) {
    const problem = await round().then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (problem !== undefined && problem !== complaint)
      console.log(`<4>session ticket keys cannot be updated: ${problem}`);
    complaint = problem;
    await pause(roundMs);
  }
}

void main();
