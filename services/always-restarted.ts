import { made } from "./notice";
import { text } from "./text";

/**
 * Drop-in of a packaged unit that starts once the private network is there, and anew whenever it ends.
 *
 * @param restartMs wait before a new start, milliseconds.
 * @param more further lines of `[Service]`.
 */
export function alwaysRestarted(restartMs = 100, more: readonly string[] = []): string {
  return text`
    ${made}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=${restartMs}ms
    ${more}
  `;
}
