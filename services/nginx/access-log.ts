import { type BundleCheck, type BundleFile, type BundleService, rootFile } from "../bundle";
import { generatedNotice, text } from "../text";
import { onceSandbox } from "../unit-sandbox";

/** Files that bound Nginx's logs, by purpose. */
export const accessLogPaths = {
  /** Not in `/etc/logrotate.d`: the package's file there names the same logs, and logrotate refuses a second one. */
  rotation: "/etc/webstack/nginx-logrotate.conf",
  service: "/etc/systemd/system/webstack-nginx-logs.service",
  timer: "/etc/systemd/system/webstack-nginx-logs.timer",
} as const;

/** Characters of a request line that are logged. A visitor may send 8192. */
const loggedCharacters = 1024;

/**
 * Lines of Nginx's `http` block that log each request.
 *
 * https://nginx.org/en/docs/http/ngx_http_map_module.html
 */
export const accessLog: readonly string[] = [
  "# A visitor decides how long a request line is.",
  "map $request $logged_request {",
  "  default $request;",
  `  "~^(?<request_head>.{${loggedCharacters}})." "$request_head...";`,
  "}",
  `log_format stack '$remote_addr $request_time $upstream_response_time $status "$logged_request" $upstream_addr';`,
  "access_log /var/log/nginx/access.log stack buffer=64k flush=5s;",
];

/**
 * Files that rotate the logs of Nginx by their size. The package's own rotation is daily, and a day's log may be larger
 * than the disk.
 */
export function accessLogFiles(): Record<string, BundleFile> {
  return {
    [accessLogPaths.rotation]: rootFile(rotation()),
    [accessLogPaths.service]: rootFile(rotationUnit()),
    [accessLogPaths.timer]: rootFile(rotationTimer()),
  };
}

/** Has logrotate read its file; with `--debug` it rotates nothing. */
export const rotationCheck: BundleCheck = {
  files: [accessLogPaths.rotation],
  command: ["/usr/sbin/logrotate", "--debug", "--state", "/dev/null", accessLogPaths.rotation],
};

/** The timer as a service of the host. */
export const accessLogTimer: BundleService = {
  unit: "webstack-nginx-logs.timer",
  reloadFiles: [],
  restartFiles: Object.values(accessLogPaths),
  needs: [],
};

/**
 * Renders the rotation; owner, mode and signal are the package's. https://manpages.debian.org/logrotate.conf
 *
 * Not compressed: on a full disk the compression would fail, and the rotation with it. The compression could also
 * overwrite `access.log.1`, which the package's rotation leaves uncompressed for a day.
 */
function rotation(): string {
  return text`
    ${generatedNotice}
    /var/log/nginx/*.log {
      size 200M
      rotate 10
      nocompress
      missingok
      notifempty
      create 0640 www-data adm
      sharedscripts
      postrotate
        test ! -s /run/nginx.pid || kill -USR1 "$(cat /run/nginx.pid)"
      endscript
    }
  `;
}

/**
 * Renders the unit of one rotation. The unit keeps no state: a rotation by size needs none. The unit takes the lock of
 * the package's daily rotation of the same files. `Before=` makes the daily rotation wait, since logrotate fails
 * without its lock.
 *
 * Capabilities: new logs get the owner www-data and their mode, in a folder of root.
 */
function rotationUnit(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Rotation of Nginx's logs by their size
    Before=logrotate.service
    StartLimitIntervalSec=0

    [Service]
    Type=oneshot
    ExecStart=/usr/bin/flock --wait 300 /var/lib/logrotate/status /usr/sbin/logrotate --state /dev/null ${accessLogPaths.rotation}
    TimeoutStartSec=10min
    # Each minute's start and end are nothing to keep.
    LogLevelMax=notice
    PrivateNetwork=yes
    ReadWritePaths=/var/log/nginx /var/lib/logrotate
    ${onceSandbox("CAP_CHOWN CAP_FOWNER")}
    SystemCallFilter=@chown
  `;
}

function rotationTimer(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Rotate Nginx's logs by their size

    [Timer]
    OnCalendar=minutely
    AccuracySec=5s

    [Install]
    WantedBy=timers.target
  `;
}
