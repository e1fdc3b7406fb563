import { generatedNotice } from "../notice";
import { text } from "../text";

/** Path of the unit that undoes an interrupted change at boot. */
export const recoverUnit = "/etc/systemd/system/webstack-converge-recover.service";

/**
 * Renders the unit that undoes a change interrupted by a power failure, before the services that read the
 * files: nftables and sysctl start earlier than the basic system. No unit requires it, so that a
 * host on which it fails can still be reached and repaired. While converge itself starts the unit,
 * the record belongs to the running change, and the program leaves it alone.
 *
 * @param program - Path of converge on the host.
 */
export function recoverService(program: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Undo a change of the configuration that was interrupted
    DefaultDependencies=no
    After=local-fs.target
    Before=sysinit.target systemd-sysctl.service nftables.service shutdown.target
    Conflicts=shutdown.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=120
    ExecStart=/bin/sh -c "test ! -e /var/lib/webstack/swap/record.json || exec /usr/bin/node ${program} recover"

    [Install]
    WantedBy=sysinit.target
  `;
}
