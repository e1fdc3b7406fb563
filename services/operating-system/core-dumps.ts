import { generatedNotice, text } from "../text";

/** Path of the rendered drop-in. */
export const apportDropInPath = "/etc/systemd/system/apport.service.d/webstack.conf";

/**
 * Renders a drop-in that keeps Ubuntu's crash reporter off: its unit starts after the kernel's settings, turns dumps on
 * again, and keeps them in `/var/crash`; its stop sets the kernel's own pattern, which writes a file. The unit runs on
 * virtual machines alone, so no host of the local cloud shows it.
 *
 * Source: `apport.service` and `/usr/share/apport/apport` of apport 2.34, on which Ubuntu's server images depend.
 *
 * @param settings path of the stack's settings of the kernel.
 */
export function apportDropIn(settings: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    ConditionPathExists=!${settings}

    [Service]
    ExecStop=
  `;
}
