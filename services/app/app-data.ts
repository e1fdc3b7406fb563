import { made } from "../notice";
import { text } from "../text";

/** Where the directory of a release really is that outlives it. It is on one node alone. */
export const dataDirectory = "/var/lib/app/data";
/** Which release was here last, so that a file that the app removed comes back with the next one at most. */
const markPath = "/var/lib/app/data-release";

/** Unit that copies there what a release brings, and nothing that is there. */
export const dataUnit = "webstack-app-data.service";

/**
 * Renders {@link dataUnit}.
 *
 * @param current link to the release that runs, such as `/srv/app/current`.
 * @param data directory of the release, relative to it.
 */
export function dataUnitText(current: string, data: string): string {
  return text`
    ${made}
    [Unit]
    Description=Data of the app that a release brings

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=600
    User=app
    # Not in the units of the app, whose STATE_DIRECTORY is one.
    StateDirectory=app app/data
    # In one's own place: the units of the app have the data where the release has its own.
    ExecStart=/bin/sh -ec '${copy(current, data)}'
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    PrivateTmp=yes
    PrivateNetwork=yes
    CapabilityBoundingSet=

    [Install]
    WantedBy=multi-user.target
  `;
}

/** For a shell, in single quotes, within a unit: dollars of the shell are doubled. */
function copy(current: string, data: string): string {
  return [
    `release="$$(readlink ${current})"`,
    `[ "$$release" != "$$(cat ${markPath} 2>/dev/null)" ] || exit 0`,
    `[ ! -d ${current}/${data} ] || cp -R --update=none ${current}/${data}/. ${dataDirectory}/`,
    `echo "$$release" > ${markPath}`,
  ].join("; ");
}
