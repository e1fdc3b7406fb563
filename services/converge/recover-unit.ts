import { made } from "../notice";
import { text } from "../text";

/** Path of the unit that undoes an interrupted change at boot. */
export const recoverUnit = "/etc/systemd/system/webstack-converge-recover.service";

/**
 * The unit that undoes a change that a power cut interrupted, before the services that read the
 * files: nftables and sysctl start earlier than the basic system. Nothing requires it, so that a
 * host on which it fails can still be reached and mended. While converge itself starts the unit,
 * the record is that of the change at work, and the program leaves it alone.
 *
 * @param program - Path of converge on the host.
 */
export function recoverService(program: string): string {
  return text`
    ${made}
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
