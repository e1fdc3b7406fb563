import { made } from "./notice";
import { text } from "./text";

/** Drop-in of a packaged unit that starts once the private network is there, and anew whenever it ends. */
export function alwaysRestarted(): string {
  return text`
    ${made}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=100ms
  `;
}
