import { execFile } from "node:child_process";

/**
 * Sends states to systemd, such as `READY=1`. Node opens no datagram sockets of the Unix kind, so a program of
 * systemd does it; the unit needs `NotifyAccess=all`.
 */
export function notify(...states: string[]): void {
  // A message that is lost is followed by the next one; what hangs is ended by systemd.
  execFile("/usr/bin/systemd-notify", states, { timeout: 5_000 }, () => undefined);
}
