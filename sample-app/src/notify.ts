import { execFile } from "node:child_process";
import type { Log } from "./log";

/** Tells the service manager how the process is. */
export interface Notifier {
  /** The process serves. */
  ready(): void;
  /** The process stops. */
  stopping(): void;
}

/** Sends one message; fails if it was not delivered. */
export type Send = (args: string[]) => Promise<void>;

/**
 * A notifier for systemd, silent when `env` names no socket. Node opens no datagram sockets of the
 * Unix kind, so each message is sent by the program `systemd-notify`; the unit therefore needs
 * `NotifyAccess=all`. While the event loop turns, the watchdog hears of it three times per period.
 */
export function systemdNotifier(
  env: Record<string, string | undefined>,
  log: Log,
  send: Send = systemdNotify,
): Notifier {
  if (env.NOTIFY_SOCKET === undefined) return { ready: () => undefined, stopping: () => undefined };
  const tell = (...args: string[]): void => {
    send(args).catch((error: unknown) => log("warning", "notify-failed", { error: String(error) }));
  };
  return {
    ready: () => {
      tell("--ready");
      const periodMs = Number(env.WATCHDOG_USEC ?? 0) / 1000;
      if (periodMs > 0) setInterval(() => tell("WATCHDOG=1"), periodMs / 3).unref();
    },
    stopping: () => tell("--stopping"),
  };
}

function systemdNotify(args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile("systemd-notify", args, { timeout: 5000 }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}
