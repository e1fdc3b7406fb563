import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { tell } from "./haproxy/tell";
import { shownKeys, ticketKeys } from "./ticket-keys/keys";

/** HAProxy's socket, and the file with the keys that it starts with, which are the secret too. */
const socket = "/run/haproxy/tickets.sock";
const file = "/etc/haproxy/certs/tickets.keys";
/** A reload brings the first keys back for this long at most, milliseconds. */
const roundMs = 10_000;

const secret = readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/secret`, "utf8");
let complaint: string | undefined;

async function round(): Promise<void> {
  const wanted = ticketKeys(secret, Date.now());
  const present = shownKeys(await tell(socket, `show tls-keys ${file}`));
  // Without HTTPS there are none.
  if (present.length === 0 || present.join() === wanted.join()) return;
  for (const key of wanted) await tell(socket, `set ssl tls-key ${file} ${key}`);
  console.log("<6>new keys of session tickets");
}

async function main(): Promise<void> {
  for (;;) {
    const said = await round().then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (said !== undefined && said !== complaint) console.log(`<4>HAProxy: ${said}`);
    complaint = said;
    await pause(roundMs);
  }
}

void main();
