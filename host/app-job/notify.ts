import { execFile } from "node:child_process";

/**
 * Sends states to systemd, such as `READY=1`. Node has no Unix datagram sockets, so the program
 * `systemd-notify` does it; the unit needs `NotifyAccess=all`.
 */
export function notify(...states: string[]): void {
  // A lost message is followed by the next one, and systemd's watchdog ends a program that hangs.
  execFile("/usr/bin/systemd-notify", states, { timeout: 5_000 }, () => undefined);
}
