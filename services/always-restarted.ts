import { generatedNotice } from "./notice";
import { text } from "./text";

/**
 * Drop-in of a packaged unit: the unit starts once the private network is up, and restarts whenever it exits.
 *
 * @param restartMs wait before a restart, milliseconds.
 * @param more further lines for the section `[Service]`.
 */
export function alwaysRestarted(restartMs = 100, more: readonly string[] = []): string {
  return text`
    ${generatedNotice}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=${restartMs}ms
    ${more}
  `;
}
