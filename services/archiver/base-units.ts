import { programPath } from "../bundle";
import { generatedNotice, text } from "../text";
import { kernelSandbox, processSandbox } from "../unit-sandbox";
import { archiverUser, uploadingSandbox } from "./archiver";

/** Unit files of the bases by purpose. */
export const basePaths = {
  /** Copies the data, and starts a MySQL on the copy. */
  copy: "/etc/systemd/system/webstack-base-copy.service",
  /** Uploads the copy to the bucket. */
  base: "/etc/systemd/system/webstack-base.service",
  /** Takes a base once a day. */
  timer: "/etc/systemd/system/webstack-base.timer",
  /** Watches for the archiver's request for a base. */
  request: "/etc/systemd/system/webstack-base.path",
  /** Starts the base that was asked for. */
  requested: "/etc/systemd/system/webstack-base-request.service",
} as const;

/** Removes at boot the copy of a base that the end of the former boot interrupted. */
export const leftCopyPath = "/etc/tmpfiles.d/webstack-base.conf";

/** The same paths as in `host/archiver/status.ts` and `host/archiver/base/copy-folder.ts`. */
const runFolder = "/run/webstack-archiver";
const dumpRequest = `${runFolder}/take-dump`;
const copyFolder = "/var/lib/mysql-files/webstack-base";
/** In `/run`: exists while the base's unit runs, which needs the copy until its end. */
const uploadFolder = "webstack-base";

/** Sandbox of the copy: MySQL itself runs in it, and may set priorities and read the processors in `/proc`. */
const copySandbox = [
  ...kernelSandbox,
  "ProtectProc=invisible",
  "PrivateDevices=yes",
  "PrivateNetwork=yes",
  ...processSandbox,
  "SystemCallFilter=@system-service",
  "SystemCallErrorNumber=EPERM",
];

/** Sandbox of the request, which removes a file and calls systemd. */
const requestSandbox = [
  "ProtectSystem=strict",
  `ReadWritePaths=-${runFolder}`,
  "ProtectHome=yes",
  "PrivateDevices=yes",
  "PrivateNetwork=yes",
  ...kernelSandbox,
  ...processSandbox,
  "SystemCallFilter=@system-service",
  "SystemCallErrorNumber=EPERM",
  "SystemCallFilter=~@privileged @resources",
  "UMask=0077",
];

/** Renders the unit that copies the data, as MySQL's system user. */
export function copyUnit(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Copy of all data of MySQL
    # On the node that archives alone.
    ConditionPathExists=${runFolder}/active
    # A further request for a base must not replace the copy that an upload reads.
    ConditionPathExists=!/run/${uploadFolder}

    [Service]
    Type=oneshot
    User=mysql
    ExecStart=/usr/bin/node ${programPath("base-copy")}
    # After the end of the MySQL on the copy. The upload, which would remove the copy, does not start then.
    ExecStopPost=/bin/sh -c '[ "$$SERVICE_RESULT" = success ] || exec /usr/bin/node ${programPath("base-clean")}'
    # Six hours for the copy, and three for a dump.
    TimeoutStartSec=10h
    # To remove a large copy with idle priority.
    TimeoutStopSec=5min
    Nice=10
    IOSchedulingClass=idle
    NoNewPrivileges=yes
    ProtectHome=yes
    PrivateTmp=yes
    CapabilityBoundingSet=
    # It speaks to MySQL of this host, and starts one that nobody else reaches.
    RestrictAddressFamilies=AF_UNIX
    ProtectSystem=strict
    ReadWritePaths=/var/lib/mysql-files
    ${copySandbox}
  `;
}

/** Renders the unit that uploads the copy to the bucket and then removes it. */
export function baseUnit(secret: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Base of all data in the bucket
    Requires=webstack-base-copy.service
    After=webstack-base-copy.service webstack-network-ready.service

    [Service]
    Type=oneshot
    User=${archiverUser}
    # Reads the copy.
    SupplementaryGroups=mysql
    # Not a condition of the unit, with which the copy would stay. As root: a copy that the upload cannot read is a failure.
    ExecCondition=+/usr/bin/test -e ${runFolder}/active -a -e ${copyFolder}/info.json
    ExecStart=/usr/bin/node ${programPath("base-upload")}
    ExecStopPost=+/usr/bin/rm -rf ${copyFolder} ${dumpRequest}
    LoadCredential=secret:${secret}
    RuntimeDirectory=${uploadFolder}
    TimeoutStartSec=24h
    TimeoutStopSec=5min
    Nice=10
    ${uploadingSandbox}
  `;
}

/** Renders the rule of systemd-tmpfiles that removes at boot what a former boot left of a copy. */
export function leftCopyRule(): string {
  return text`
    ${generatedNotice}
    R! ${copyFolder}
  `;
}

/** Renders the timer of the bases. `at`: time of the day in UTC, such as `03:15`. */
export function baseTimer(at: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Base each night

    [Timer]
    OnCalendar=*-*-* ${at}:00 UTC
    RandomizedDelaySec=5min
    Persistent=false

    [Install]
    WantedBy=timers.target
  `;
}

/** Renders the path unit that watches for the archiver's request for a base. */
export function requestUnits(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Wait for the archiver's request for a base

    [Path]
    PathExists=${runFolder}/take-base
    Unit=webstack-base-request.service

    [Install]
    WantedBy=multi-user.target
  `;
}

/**
 * Renders the unit that a request starts. The unit removes the request file first, so that a later request counts
 * again.
 */
export function requestedUnit(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Base that the archiver asked for
    StartLimitIntervalSec=0

    [Service]
    Type=oneshot
    ExecStart=/bin/sh -c "rm -f ${runFolder}/take-base && exec systemctl start --no-block webstack-base.service"
    NoNewPrivileges=yes
    # The folder belongs to the archiver's user.
    CapabilityBoundingSet=CAP_DAC_OVERRIDE
    RestrictAddressFamilies=AF_UNIX
    ${requestSandbox}
  `;
}
