import { generatedNotice, text } from "../text";
import { unprivilegedSandbox } from "../unit-sandbox";

/** Persistent data directory that is mounted into each release; it exists on one node only. */
export const dataDirectory = "/var/lib/app/data";
/**
 * Marker with the last release whose files were copied, so that a file that the app removed reappears at most once per
 * release.
 */
const markPath = "/var/lib/app/data-release";

/** Unit that copies a release's own data files to {@link dataDirectory}, without overwriting any. */
export const dataUnit = "webstack-app-data.service";

/**
 * Renders {@link dataUnit}.
 *
 * @param current link to the release that runs, such as `/srv/app/current`.
 * @param data directory of the release, relative to it.
 */
export function dataUnitText(current: string, data: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Data of the app that a release brings

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=600
    User=app
    # The app's own units cannot create it, since their STATE_DIRECTORY is a single directory.
    StateDirectory=app app/data
    # The data's own path; the app's units mount it over the release's directory.
    ExecStart=/bin/sh -ec '${copy(current, data)}'
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    PrivateTmp=yes
    PrivateNetwork=yes
    CapabilityBoundingSet=
    ${unprivilegedSandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}

/** Shell script for single quotes in a unit file; its dollar signs are doubled for systemd. */
function copy(current: string, data: string): string {
  return [
    `release="$$(readlink ${current})"`,
    `[ "$$release" != "$$(cat ${markPath} 2>/dev/null)" ] || exit 0`,
    `[ ! -d ${current}/${data} ] || cp -R --update=none ${current}/${data}/. ${dataDirectory}/`,
    `echo "$$release" > ${markPath}`,
  ].join("; ");
}
